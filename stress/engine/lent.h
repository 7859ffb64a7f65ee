/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lent - the dma-bufs that were made in a race, by number
 *
 * A number says of which opening of the device the dma-buf is: all of before are
 * gone for good when it was closed. Others are when they were revoked.
 */
#ifndef STRESS_LENT_H
#define STRESS_LENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define LENT_MAX_REVOKED 256

/**
 * struct lent - seen by all processes
 * @last: number of the last dma-buf, without its opening
 * @openings: how often the device was opened anew
 * @closed: it was closed, at least once in this race
 * @revoked: numbers of those that were revoked, the last ones of them
 * @nr_held: that keep a BAR from being registered
 * @nr_let_go: counts those that no longer do
 */
struct lent {
	_Atomic uint32_t last;
	_Atomic uint32_t openings;
	atomic_bool closed;
	_Atomic uint64_t revoked[LENT_MAX_REVOKED];
	_Atomic int32_t nr_held;
	_Atomic uint32_t nr_let_go;
};

/** lent_number - that of a dma-buf that was just made; never 0 */
uint64_t lent_number(struct lent *lent);

/** lent_revoke - a dma-buf has been revoked for good */
void lent_revoke(struct lent *lent, uint64_t number);

/** lent_is_gone - nobody may reach the memory by this dma-buf any more */
bool lent_is_gone(struct lent *lent, uint64_t number);

/** lent_hold - a dma-buf has come to be */
void lent_hold(struct lent *lent);

/** lent_let_go - one of those may be about to end */
void lent_let_go(struct lent *lent);

#endif
