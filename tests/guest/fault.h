/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fault - let one allocation of memory fail, inside one function of the kernel
 *
 * By failslab and fail_page_alloc, which look at the stack: what that function
 * calls counts as well.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

/*
 * Pages are also allocated for more objects, and for what KASAN remembers,
 * which both can do without: their failure need not be one.
 */
enum fault_kind { FAULT_OBJECT, FAULT_PAGE };

/**
 * fault_arm - let the @nth allocation of @kind below @function fail
 *
 * For the calling thread only, until it happened or fault_disarm(). Of the same
 * function as the time before it is taken to be where it was.
 */
void fault_arm(enum fault_kind kind, const char *function, unsigned int nth);

/** fault_disarm - returns whether it happened */
bool fault_disarm(void);

#endif
