/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* note - what a linker writes into what it has linked: ELF notes */
#ifndef BARRAGE_NOTE_H
#define BARRAGE_NOTE_H

#include <stddef.h>

/**
 * brg_note_build_id - the build ID among notes: NT_GNU_BUILD_ID of "GNU"
 * @notes: one after the other, names and contents padded to 4 bytes, as in a segment
 *	PT_NOTE or in /sys/kernel/notes; of this machine's byte order
 * @size: of them
 * @text: receives it in hexadecimal digits, cut to fit
 * @text_size: of @text, at least 1
 *
 * Does not set brg_last_error(): to have none is no error.
 *
 * Return: 0; -ENOENT where there is none, or notes do not end where they say.
 */
int brg_note_build_id(const void *notes, size_t size, char *text,
		      size_t text_size);

#endif
