// SPDX-License-Identifier: GPL-2.0-only
#include "lent.h"

/* A device that was closed meanwhile makes it newer than it is: a weaker check. */
uint64_t lent_number(struct lent *lent)
{
	uint32_t number = atomic_fetch_add(&lent->last, 1) + 1;

	return (uint64_t)atomic_load(&lent->openings) << 32 | number;
}

void lent_revoke(struct lent *lent, uint64_t number)
{
	atomic_store(&lent->revoked[number % LENT_MAX_REVOKED], number);
}

bool lent_is_gone(struct lent *lent, uint64_t number)
{
	if (!number)
		return false;
	return number >> 32 < atomic_load(&lent->openings) ||
	       atomic_load(&lent->revoked[number % LENT_MAX_REVOKED]) == number;
}

void lent_hold(struct lent *lent)
{
	atomic_fetch_add(&lent->nr_held, 1);
}

/* In this order: who reads the second first never counts one that has gone. */
void lent_let_go(struct lent *lent)
{
	atomic_fetch_sub(&lent->nr_held, 1);
	atomic_fetch_add(&lent->nr_let_go, 1);
}
