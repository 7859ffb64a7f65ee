// SPDX-License-Identifier: GPL-2.0-only
#include "build-id.h"

#include <link.h>
#include <stdio.h>
#include <string.h>

#define ALIGN4(n) (((n) + 3) & ~(size_t)3)

static void print(const unsigned char *id, size_t size, char *text)
{
	for (size_t i = 0; i < size && i < (BUILD_ID_BYTES - 1) / 2; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
}

static void find(const char *at, size_t size, char *text)
{
	const char *end = at + size;

	while (at + sizeof(ElfW(Nhdr)) <= end) {
		const ElfW(Nhdr) *note = (const void *)at;
		const char *name = at + sizeof(*note);
		const char *id = name + ALIGN4(note->n_namesz);

		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    !memcmp(name, "GNU", 4)) {
			print((const void *)id, note->n_descsz, text);
			return;
		}
		at = id + ALIGN4(note->n_descsz);
	}
}

/* The first object is the program; others are libraries. */
static int look(struct dl_phdr_info *info, size_t size, void *text)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_NOTE)
			find((const char *)(info->dlpi_addr + part->p_vaddr),
			     part->p_memsz, text);
	}
	return 1;
}

void build_id(char text[BUILD_ID_BYTES])
{
	text[0] = '\0';
	dl_iterate_phdr(look, text);
}
