// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: one thread registers a BAR as P2P memory while others export dma-bufs of
 * it, and map it. Registration and dma-bufs exclude each other: each looks for the
 * other one under the lock that it makes itself known under.
 *
 * Oracle: a dma-buf that is open and a registration, of which both calls have
 * succeeded, at the same time; an mmap() of the BAR that succeeds while it is
 * registered.
 *
 * Provenance: a check that comes before dma_buf_export(), which takes a while, and
 * is not repeated under memory_lock (hazard 21).
 */
#include "../stress.h"

static const struct stress_step registrars[] = {
	STEP(register, ONLY(0), ONLY(1)),
	STEP(query),
	STEP(unregister),
	{},
};

static const struct stress_step exporters[] = {
	STEP(export, ONLY(0), ANY, ANY, ONLY(0)),
	STEP(dmabuf_close, ONLY(0)),
	{},
};

static const struct stress_step mappers[] = {
	STEP(bar_map, ONLY(0), BETWEEN(0, 15), BETWEEN(1, 16)),
	STEP(unmap, ONLY(0)),
	{},
};

SCENARIO(registration_against_export) = {
	.name = "registration-against-export",
	.summary = "a BAR is registered while dma-bufs of it are made",
	.hazards = { 21 },
	.actors = {
		/* what is registered stays about as long as an export is held */
		{ .name = "registrar", .steps = registrars, .in_order = true,
		  .turns = 10, .jitter_us = 60000, .even = true },
		{ .name = "exporter", .steps = exporters, .min = 1, .max = 2,
		  .in_order = true, .turns = 48, .jitter_us = 20000 },
		{ .name = "mapper", .steps = mappers, .in_order = true,
		  .turns = 24, .jitter_us = 2000 },
	},
	.pace = STRESS_SLOW,
	.points = { /* until the BAR has been registered */
		    "dma_buf_export:0us/0.7,meet=0a,wait=300ms,most=4&"
		    "vfio_pci_p2p_register+return:0us,meet=0b",
		    "dma_buf_export:0us/0.7,hold=60ms",
		    "dma_buf_export:100..20000us/0.5",
		    "dma_buf_export+return:100..5000us/0.5",
		    "vfio_pci_dma_buf_exported+return:100..2000us/0.5",
		    "vfio_pci_core_feature_dma_buf+any:100..5000us/0.5",
		    "vfio_pci_p2p_register+any:100..5000us/0.5" },
};
