// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: RDMA memory regions of a dma-buf are made, written to, read and ended, with
 * several requests in flight, while the memory goes off the bus, or is reset, and while
 * the dma-buf is revoked for good, which may have struct pages.
 *
 * Oracle: no region is made, and no write to one succeeds, while memory is off or
 * the dma-buf is gone; one that was revoked ends in an error and nothing else; what
 * was written is what is read, there by the CPU and here by RDMA; no call waits for
 * ever.
 *
 * Provenance: a region pins a dma-buf and is told to give it up at any moment,
 * also when it is only half made; umem and driver have to agree on who unmaps
 * (hazard 23).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	{},
};

static const struct stress_step users[] = {
	STEP(mr_register, ONLY(0), ONLY(SLOT_SHARED(0))),
	STEP(mr_write, ONLY(0)),
	STEP(mr_register, ONLY(1), ONLY(SLOT_SHARED(0))),
	STEP(mr_read, ONLY(0)),
	STEP(mr_deregister, ONLY(0)),
	STEP(mr_read, ONLY(1)),
	STEP(mr_write, ONLY(1)),
	STEP(mr_deregister, ONLY(1)),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(6, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 2000)),
	STEP(reset, ONLY(POWER_D3HOT), BETWEEN(0, 2000)),
	STEP(reset, BETWEEN(POWER_RESET, POWER_HOT_RESET)),
	STEP(reset, BETWEEN(POWER_FLR, POWER_AF_FLR)),
	STEP(dmabuf_revoke, ONLY(SLOT_SHARED(0))),
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), BETWEEN(0, 1)),
	{},
};

SCENARIO(regions_against_revocation) = {
	.name = "regions-against-revocation",
	.summary = "RDMA memory regions of a dma-buf that is taken away",
	.hazards = { 23 },
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 4, .jitter_us = 1000 },
		{ .name = "process", .steps = users, .in_order = true,
		  .turns = 4, .jitter_us = 1000, .process = true },
		{ .name = "resetter", .steps = resetters, .min_calls = 4,
		  .max_calls = 16, .jitter_us = 5000 },
	},
	.points = { "dma_buf_invalidate_mappings:100..3000us/0.5",
		    "vfio_pci_dma_buf_move+any:100..3000us/0.5" },
	.pace = STRESS_LENGTHY,
};

/*
 * Race: the same while the device is closed and opened again, unbound or not: regions
 * outlive what they are of.
 */
static const struct stress_step closers[] = {
	STEP(reopen),
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	STEP(rebind),
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	{},
};

SCENARIO(regions_against_close) = {
	.name = "regions-against-close",
	.summary = "RDMA memory regions of a dma-buf whose device is closed",
	.hazards = { 23, 27 },
	.needs = NEED_RDMA,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 6, .jitter_us = 1000 },
		{ .name = "closer", .steps = closers, .in_order = true,
		  .turns = 2, .jitter_us = 100000, .even = true },
	},
	.points = { "vfio_pci_dma_buf_cleanup:100..3000us/0.5",
		    "vfio_pci_dma_buf_cleanup+any:100..3000us/0.5" },
	.alone = true,
	.pace = STRESS_SLOW,
};
