// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include "size.h"

#include <inttypes.h>
#include <stdio.h>

const char *brg_size_text(uint64_t bytes, char text[BRG_SIZE_BYTES])
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB",
					     "TiB" };
	unsigned int unit = 0;

	while (bytes && !(bytes & 1023) && unit < 4) {
		bytes >>= 10;
		unit++;
	}
	snprintf(text, BRG_SIZE_BYTES, "%" PRIu64 " %s", bytes, units[unit]);
	return text;
}
