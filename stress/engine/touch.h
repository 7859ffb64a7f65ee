/* SPDX-License-Identifier: GPL-2.0-only */
/* touch - access to memory that may not be there */
#ifndef STRESS_TOUCH_H
#define STRESS_TOUCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** touch_init - take SIGBUS and SIGSEGV; once for the program */
void touch_init(void);

/**
 * touch - read or write a byte that may not be there
 *
 * Return: 0 or DONE_SIGNAL().
 */
int touch(volatile char *addr, bool write);

/** touch_byte - the same with a byte of the caller */
int touch_byte(volatile char *addr, bool write, char *byte);

/**
 * touch_copy - copy @words 64-bit words, one access each
 *
 * Either may be memory that is not there.
 *
 * Return: 0 or DONE_SIGNAL().
 */
int touch_copy(volatile uint64_t *to, const volatile uint64_t *from,
	       size_t words);

#endif
