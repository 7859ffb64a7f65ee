// SPDX-License-Identifier: GPL-2.0-only
#include "promise.h"

uint32_t promise_begin(struct promise *promise)
{
	int32_t busy = atomic_fetch_add(&promise->busy, 1);
	uint32_t number = atomic_fetch_add(&promise->begun, 1) + 1;

	/* who is busy now may have begun between the two, and have a number before */
	return busy || atomic_load(&promise->busy) != 1 ? 0 : number;
}

/* Whoever begins between the two lines makes the second one void. */
void promise_end(struct promise *promise, uint32_t number, bool made)
{
	if (made && number && atomic_load(&promise->begun) == number)
		atomic_store(&promise->kept, number);
	atomic_fetch_sub(&promise->busy, 1);
}

uint32_t promise_kept(struct promise *promise)
{
	uint32_t kept = atomic_load(&promise->kept);

	return promise_holds(promise, kept) ? kept : 0;
}

bool promise_holds(struct promise *promise, uint32_t number)
{
	return number && atomic_load(&promise->begun) == number;
}

/* Whoever begins between the two lines is a later one. */
uint32_t promise_quiet(struct promise *promise)
{
	uint32_t begun = atomic_load(&promise->begun);

	return atomic_load(&promise->busy) ? 0 : begun + 1;
}

bool promise_still(struct promise *promise, uint32_t quiet)
{
	return quiet && atomic_load(&promise->begun) + 1 == quiet;
}
