/* SPDX-License-Identifier: GPL-2.0-only */
/* ledger-settle - the ledger of races, read by a process that can be left behind */
#ifndef STRESS_LEDGER_SETTLE_H
#define STRESS_LEDGER_SETTLE_H

#include <stdio.h>

#include "ledger.h"

struct settle;

/**
 * ledger_begin - count, before races
 * @source: where; stays in use
 *
 * Return: for ledger_end(); NULL where it cannot be done, which is no failure.
 */
struct settle *ledger_begin(const struct ledger_source *source);

/**
 * ledger_end - count, when all is closed and given back
 * @settle: of ledger_begin(), or NULL; is freed
 * @nr_races: that were run; 0: do not count
 * @entries: receives a bit of each enum ledger_entry that was compared, and of
 *	LEDGER_NR for slab caches
 * @text: receives one line of what is left for good
 * @size: of @text
 * @stacks: receives those of who waits for the answer where there is none
 *
 * Waits for what is freed late, by RCU or in a workqueue: for as long as it becomes
 * less, and @settle_ms of the source more.
 *
 * Return: 0; 1 with @text; -ETIMEDOUT where the kernel does not answer.
 */
int ledger_end(struct settle *settle, uint64_t nr_races, unsigned int *entries,
	       char *text, size_t size, FILE *stacks);

#endif
