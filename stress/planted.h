/* SPDX-License-Identifier: GPL-2.0-only */
/* planted - the bug that was planted in this kernel, see kernel/mutants */
#ifndef STRESS_PLANTED_H
#define STRESS_PLANTED_H

#include <stdint.h>

#define PLANTED_NAME_BYTES 64

/**
 * struct planted - the one that is selected
 * @name: "" for none
 * @reached: how often the kernel came to where it shows
 */
struct planted {
	char name[PLANTED_NAME_BYTES];
	uint64_t reached;
};

/** planted_read - none where the kernel has none, or debugfs is not mounted */
void planted_read(struct planted *planted);

#endif
