// SPDX-License-Identifier: GPL-2.0-only
#include "build-id.h"

#include <link.h>

#include <barrage/note.h>

/* The first object is the program; others are libraries. */
static int look(struct dl_phdr_info *info, size_t size, void *text)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_NOTE)
			continue;
		if (!brg_note_build_id(
			    (const void *)(info->dlpi_addr + part->p_vaddr),
			    part->p_memsz, text, BUILD_ID_BYTES))
			break;
	}
	return 1;
}

void build_id(char text[BUILD_ID_BYTES])
{
	text[0] = '\0';
	dl_iterate_phdr(look, text);
}
