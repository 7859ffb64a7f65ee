/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ledger - what the kernel has allocated, cache by cache
 *
 * Read at two points. Where the kernel has slab debugging each cache's
 * objects are counted, after a shrink, which also empties KASAN's quarantine:
 * then one object lost a cycle shows after some hundred cycles. Elsewhere
 * /proc/meminfo has to do.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include <stddef.h>
#include <stdint.h>

#define LEDGER_MAX_CACHES 512
#define LEDGER_NAME_BYTES 48

struct ledger {
	int64_t free_kib;
	int64_t percpu_kib;
	int64_t nr_vmalloc;
	int64_t nr_unpurged;
	int64_t nr_iomem;
	size_t nr_caches;
	struct {
		char name[LEDGER_NAME_BYTES];
		int64_t objects;
	} caches[LEDGER_MAX_CACHES];
};

/**
 * ledger_read - count
 *
 * Waits until nothing is being given back, a minute at most, or fails the test.
 */
void ledger_read(struct ledger *ledger);

/**
 * ledger_expect_no_growth - fail the test where something grew with the cycles
 * @before: counted before
 * @nr_cycles: since then: less than half an object a cycle is noise
 *
 * Counts again for a while before it believes in growth: much is freed by RCU
 * callbacks and work items, some of which wait for seconds.
 */
void ledger_expect_no_growth(const struct ledger *before, int64_t nr_cycles);

#endif
