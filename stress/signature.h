/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * signature - what of a failure's text is the same when the same thing fails again
 *
 * Who noticed is not enough: a race that was made smaller may end with another errno of
 * another operation, on any kernel. A text as it stands is too much: it has numbers,
 * addresses, tasks and CPUs.
 */
#ifndef STRESS_SIGNATURE_H
#define STRESS_SIGNATURE_H

#include "watch.h"

#define SIGNATURE_BYTES 512

/**
 * signature_of - of a failure
 * @oracle: who noticed
 * @text: in one line
 * @signature: receives the operation and the errno; of the kernel's log the kind of
 *	complaint, the file and the function; of data whose they are, not what stands
 *	there; of what does not end only that
 */
void signature_of(enum oracle oracle, const char *text,
		  char signature[SIGNATURE_BYTES]);

/**
 * signature_same - has it failed in the same way?
 * @wanted: how it failed before; where nobody noticed anything, any way is right, and
 *	where there is no text, any that the same oracle has
 * @seen: how it failed now
 */
bool signature_same(const struct outcome *wanted, const struct outcome *seen);

#endif
