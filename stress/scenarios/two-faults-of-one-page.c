// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: threads and processes fault the same pages of a BAR for which a dma-buf has
 * struct pages, each through a mapping of its own, let them go, and begin again. Who
 * faults a page that nobody has makes it busy, once.
 *
 * Oracle: the kernel's own, for counts that are too low; and when all mappings and
 * the dma-buf are gone, all pages are idle, so that the BAR can be registered.
 *
 * Provenance: a page's count is set, not raised, by whoever finds it zero: of two at
 * a time the second one forgets the reference of the first (hazard 30).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(1)),
	{},
};

static const struct stress_step users[] = {
	STEP(bar_map, ONLY(0), ONLY(0), ONLY(16)),
	STEP(touch, ONLY(0), ONLY(0), ONLY(16)),
	STEP(dontneed, ONLY(0), ONLY(0), ONLY(16)),
	/* both at the same page for as long as both are there */
	STEP(refault, ONLY(0), ONLY(0), ONLY(200)),
	STEP(touch, ONLY(0), ONLY(0), ONLY(16)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step after[] = {
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	STEP(expect_unused),
	{},
};

SCENARIO(two_faults_of_one_page) = {
	.name = "two-faults-of-one-page",
	.summary = "the same struct pages of a BAR, faulted by several at once",
	.hazards = { 30 },
	.needs = NEED_DMABUF_PAGES,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 2, .max = 3,
		  .in_order = true, .turns = 3, .jitter_us = 10 },
		{ .name = "process", .steps = users, .max = 2,
		  .in_order = true, .turns = 3, .jitter_us = 10,
		  .process = true },
	},
	.after = after,
	.pace = STRESS_SLOW,
	.points = { "pci_p2pdma_pages_fault:10..500us/0.5",
		    "vmf_insert_page_mkwrite:10..500us/0.5",
		    "vfio_pci_pages_fault+any:10..500us/0.5" },
};
