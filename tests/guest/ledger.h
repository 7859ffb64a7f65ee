/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ledger - what the kernel has allocated, cache by cache
 *
 * Read at two quiet points. Where the kernel has slab debugging each cache's
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
	int64_t slab_kib;
	int64_t percpu_kib;
	int64_t nr_vmalloc;
	int64_t nr_iomem;
	size_t nr_caches;
	struct {
		char name[LEDGER_NAME_BYTES];
		int64_t objects;
	} caches[LEDGER_MAX_CACHES];
};

/** ledger_read - let deferred freeing finish, and count */
void ledger_read(struct ledger *ledger);

/**
 * ledger_expect_no_growth - fail the test where something grew with the cycles
 * @before: counted before
 * @after: counted afterwards
 * @nr_cycles: in between: less than half an object a cycle is noise
 */
void ledger_expect_no_growth(const struct ledger *before,
			     const struct ledger *after, int64_t nr_cycles);

#endif
