/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_OBSERVE_ACTIONS_H
#define VM_OBSERVE_ACTIONS_H

#include <stdbool.h>

#include "image.h"

#define VM_MAX_PATTERN 4096

/**
 * struct vm_observe - what to look at, and for what
 * @role: whose memory, where a run's folder was named
 * @with: file to compare with, or NULL
 * @pattern: bytes to wait for
 * @pattern_len: how many
 * @offset: start of the range
 * @length: its length
 * @has_length: the user gave it
 * @timeout_s: limit
 * @image: the memory
 */
struct vm_observe {
	const char *role;
	const char *with;
	uint8_t pattern[VM_MAX_PATTERN];
	size_t pattern_len;
	unsigned long long offset;
	unsigned long long length;
	bool has_length;
	int timeout_s;
	struct vm_image image;
};

/**
 * struct vm_action - one verb of observe
 * @name: on the command line
 * @run: returns the exit status
 */
struct vm_action {
	const char *name;
	int (*run)(struct vm_observe *observe);
};

/* Ended by one without a name. */
extern const struct vm_action vm_actions[];

#endif
