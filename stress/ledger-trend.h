/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ledger-trend - what the ledger has after each slice of a scenario: what leaks slowly
 *
 * Each slice is compared with what there was before it, see ledger_leak(). Here they are
 * compared with one another, see ledger-series.h. The first two on each device do not
 * count: devices are bound in them, and each kind of race is there for the first time.
 * After that each quarter has six slices at least, and all devices; and it has to go on for
 * six slices more.
 */
#ifndef STRESS_LEDGER_TREND_H
#define STRESS_LEDGER_TREND_H

#include "ledger-series.h"
#include "ledger.h"

/**
 * struct ledger_trend - of a scenario
 * @nr_devices: that have their turn in it
 * @nr: slices
 * @of: of each entry of the ledger
 * @nr_caches: slab caches that there were
 * @caches: those
 */
struct ledger_trend {
	unsigned int nr_devices;
	unsigned int nr;
	struct ledger_series of[LEDGER_NR];
	size_t nr_caches;
	struct {
		char name[LEDGER_NAME_BYTES];
		struct ledger_series series;
	} caches[LEDGER_MAX_CACHES];
};

/**
 * ledger_trend_open - before the first slice; for all processes to see
 *
 * Return: NULL without memory, so that there is none.
 */
struct ledger_trend *ledger_trend_open(unsigned int nr_devices);

/** ledger_trend_close - the opposite; NULL is fine */
void ledger_trend_close(struct ledger_trend *trend);

/**
 * ledger_trend_add - a slice has ended: does what it leaves go on?
 * @trend: of the scenario
 * @source: a cache of which there seems to be more and more is emptied of what is free in
 *	it, and counted again
 * @after: the slice, which has left nothing that ledger_leak() sees
 * @text: receives one line of what
 * @size: of @text
 *
 * What must not be left at all is seen by ledger_leak(), after each slice.
 */
bool ledger_trend_add(struct ledger_trend *trend,
		      const struct ledger_source *source,
		      const struct ledger *after, char *text, size_t size);

#endif
