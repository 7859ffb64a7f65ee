// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include <barrage/note.h>

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ALIGN4(n) (((n) + 3) & ~(size_t)3)

static void print(const unsigned char *id, size_t size, char *text,
		  size_t text_size)
{
	*text = '\0';
	for (size_t i = 0; i < size && 2 * i + 3 <= text_size; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
}

static int is_build_id(const Elf64_Nhdr *note, const char *name)
{
	return note->n_type == NT_GNU_BUILD_ID && note->n_descsz &&
	       note->n_namesz == sizeof(ELF_NOTE_GNU) &&
	       !memcmp(name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU));
}

/* The head is the same for 32 bits and for 64. */
int brg_note_build_id(const void *notes, size_t size, char *text,
		      size_t text_size)
{
	const char *at = notes;
	Elf64_Nhdr note;

	while (size >= sizeof(note)) {
		size_t name, whole;

		memcpy(&note, at, sizeof(note));
		name = ALIGN4((size_t)note.n_namesz);
		whole = sizeof(note) + name + ALIGN4((size_t)note.n_descsz);
		if (whole > size)
			break;
		if (is_build_id(&note, at + sizeof(note))) {
			print((const unsigned char *)at + sizeof(note) + name,
			      note.n_descsz, text, text_size);
			return 0;
		}
		at += whole;
		size -= whole;
	}
	return -ENOENT;
}
