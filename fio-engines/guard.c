// SPDX-License-Identifier: GPL-2.0-only
/*
 * An engine and its fio share struct thread_data, struct io_u and more, and
 * nothing in fio's engine interface says how they are laid out: releases that
 * share FIO_IOOPS_VERSION lay them out differently, and so do two builds of one
 * release that found other libraries. So the engine carries the version and the
 * GNU build ID of the fio that it was compiled beside, and works in no other.
 *
 * No header of fio may be included here.
 */
#include "guard.h"

#include "fio-identity.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BUILD_ID_MAX 64

static size_t note_align(size_t bytes)
{
	return (bytes + 3) & ~(size_t)3;
}

/* Finds the build ID in a PT_NOTE segment; writes it as hexadecimal digits. */
static void find_build_id(const char *note, size_t left, char *hex)
{
	while (left >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *head = (const void *)note;
		size_t name = note_align(head->n_namesz);
		size_t desc = note_align(head->n_descsz);
		const char *body = note + sizeof(*head);
		size_t i;

		if (left - sizeof(*head) < name + desc)
			return;
		if (head->n_type == NT_GNU_BUILD_ID && head->n_namesz == 4 &&
		    !memcmp(body, "GNU", 4) && head->n_descsz <= BUILD_ID_MAX) {
			for (i = 0; i < head->n_descsz; i++)
				sprintf(hex + 2 * i, "%02x",
					(unsigned char)body[name + i]);
			return;
		}
		note = body + name + desc;
		left -= sizeof(*head) + name + desc;
	}
}

/* The first object that the loader reports is the program itself. */
static int first_object(struct dl_phdr_info *info, size_t size, void *hex)
{
	size_t i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];

		if (ph->p_type == PT_NOTE)
			find_build_id(
				(const char *)(info->dlpi_addr + ph->p_vaddr),
				ph->p_memsz, hex);
	}
	return 1;
}

int guard_check(void)
{
	const char *version = dlsym(RTLD_DEFAULT, "fio_version_string");
	char build_id[2 * BUILD_ID_MAX + 1] = "";

	if (!version) {
		fprintf(stderr,
			"barrage: this program is not a fio that shows its symbols to engines: run %s\n",
			FIO_PROGRAM);
		return -EXDEV;
	}
	if (strncmp(version, FIO_VERSION_WANTED, sizeof(FIO_VERSION_WANTED))) {
		fprintf(stderr,
			"barrage: this is %.32s, but the engine was compiled for %s: run %s, or build the engine with -Dfio_src= set to this fio's source\n",
			version, FIO_VERSION_WANTED, FIO_PROGRAM);
		return -EXDEV;
	}
	dl_iterate_phdr(first_object, build_id);
	if (strcmp(build_id, FIO_BUILD_ID)) {
		fprintf(stderr,
			"barrage: this %s is another build (build ID %s) than the one that the engine was compiled for (%s), so its structures may be laid out differently: run %s, or build the engine with -Dfio_src= set to this fio's source\n",
			FIO_VERSION_WANTED, build_id[0] ? build_id : "missing",
			FIO_BUILD_ID, FIO_PROGRAM);
		return -EXDEV;
	}
	return 0;
}
