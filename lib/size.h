/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* size - byte counts for people */
#ifndef BRG_SIZE_H
#define BRG_SIZE_H

#include <stdint.h>

#define BRG_KIB (1ull << 10)
#define BRG_MIB (1ull << 20)
#define BRG_SIZE_BYTES 32

/**
 * brg_size_text - "64 MiB"; exact, in the largest unit that divides it
 * @bytes: how many
 * @text: receives it
 *
 * Return: @text
 */
const char *brg_size_text(uint64_t bytes, char text[BRG_SIZE_BYTES]);

#endif
