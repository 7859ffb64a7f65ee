/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ledger-series - what there is of one thing after slice and slice: does it go on?
 *
 * What a slice leaves may be too little to tell from what comes and goes. A leak goes
 * on. What is no leak does not: caches fill up at first, or at some time, and then have
 * as much as before, more or less. So the slices are taken in four quarters, and of each
 * the one that has least counts. It goes on where each quarter has more than the one
 * before, by three quarters of an even share at least, and the last more than the first
 * by a slack that does not depend on how long that takes. What fills up does so ever
 * more slowly: the last step is not to be less than three quarters of the first.
 */
#ifndef STRESS_LEDGER_SERIES_H
#define STRESS_LEDGER_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#define LEDGER_SERIES_NR 64

/**
 * struct ledger_series - zeroed: empty
 * @nr: of @values
 * @every: each is the least of so many; 0 counts as 1
 * @nr_pending: those of the next one that there are
 * @pending: the least of these
 * @values: in the order of time
 * @nr_row: how often in a row it seemed to go on; of who asks
 */
struct ledger_series {
	unsigned int nr;
	unsigned int every;
	unsigned int nr_pending;
	int64_t pending;
	int64_t values[LEDGER_SERIES_NR];
	unsigned int nr_row;
};

/** ledger_series_add - the next one; where there are too many each two become one */
void ledger_series_add(struct ledger_series *series, int64_t value);

/** ledger_series_amend - the last one was less, as has turned out */
void ledger_series_amend(struct ledger_series *series, int64_t value);

/**
 * ledger_series_goes_on - does it become more and more?
 * @nr_least: fewer values say nothing; 4 and more
 * @slack: so much may be there in the end that was not in the begin
 * @least: receives what the quarters have, if it does
 */
bool ledger_series_goes_on(const struct ledger_series *series,
			   unsigned int nr_least, int64_t slack,
			   int64_t least[4]);

#endif
