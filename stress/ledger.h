/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ledger - what the kernel has, before races and when all they had is given back
 *
 * Nothing here touches the device. Who reads it may be made to wait by a kernel
 * that is broken: see ledger-settle.h.
 */
#ifndef STRESS_LEDGER_H
#define STRESS_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* part of what a leak is told by */
#define LEDGER_LEFT " are left, "

#define LEDGER_MAX_CACHES 512
#define LEDGER_NAME_BYTES 48

struct ledger_trend;

/**
 * enum ledger_entry - what is counted
 * @LEDGER_DMABUFS: dma-bufs that VFIO has exported
 * @LEDGER_POOL: the device's P2P memory in sysfs: one while something is registered
 * @LEDGER_MEMMAP: pages for the struct pages of memory that was added
 * @LEDGER_IOMMU: pages of the IOMMUs' page tables
 * @LEDGER_PERCPU: KiB of memory that each CPU has for itself
 * @LEDGER_NR: how many these are; besides, there are the slab caches
 */
enum ledger_entry {
	LEDGER_DMABUFS,
	LEDGER_POOL,
	LEDGER_MEMMAP,
	LEDGER_IOMMU,
	LEDGER_PERCPU,
	LEDGER_NR,
};

/**
 * struct ledger - as it was at one time
 * @of: how much of each there is; -1 where this kernel does not say
 * @nr_caches: slab caches whose objects it counts
 * @caches: those
 */
struct ledger {
	int64_t of[LEDGER_NR];
	size_t nr_caches;
	struct {
		char name[LEDGER_NAME_BYTES];
		int64_t objects;
	} caches[LEDGER_MAX_CACHES];
};

/**
 * struct ledger_source - where it is read
 * @root: "" or, for a test, a folder in place of the root
 * @bdf: the device
 * @settle_ms: how long what seems to be left may stay the same before it is believed
 * @slabs: count slab caches as well: where nobody else is at work in this machine
 * @trend: of the slices before, where nobody else is either; or NULL
 */
struct ledger_source {
	const char *root;
	const char *bdf;
	unsigned int settle_ms;
	bool slabs;
	struct ledger_trend *trend;
};

/** ledger_read - count */
void ledger_read(const struct ledger_source *source, struct ledger *ledger);

/** ledger_name - of an entry, for people and records; of LEDGER_NR: the caches */
const char *ledger_name(enum ledger_entry entry);

/** ledger_slack - so much more of an entry comes and goes; 0: none */
int64_t ledger_slack(enum ledger_entry entry);

/**
 * ledger_leak - is there more than before, beyond what comes and goes?
 * @source: of both of them; caches that seem to have grown are emptied of what is
 *	free in them, and counted again
 * @before: and
 * @after: nobody has anything of what was made in between
 * @nr_races: in between
 * @text: receives one line of what and how much
 * @size: of @text
 */
bool ledger_leak(const struct ledger_source *source,
		 const struct ledger *before, struct ledger *after,
		 uint64_t nr_races, char *text, size_t size);

#endif
