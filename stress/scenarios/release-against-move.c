// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the last reference of a dma-buf goes while a reset walks the device's list
 * of them, and while others look there for one that is in the way.
 *
 * Oracle: the kernel's own: list corruption, use after free, a walk that does not
 * end.
 *
 * Provenance: vfio_pci_dma_buf_release() takes its entry off a list that memory_lock
 * protects; a walk passes over those whose file is gone, but not yet they (hazard
 * 26).
 */
#include "../stress.h"

static const struct stress_step exporters[] = {
	STEP(export, ONLY(0), ANY, ONLY(1), ONLY(0)),
	STEP(export, ONLY(1), ANY, ONLY(1), ONLY(0)),
	STEP(dmabuf_close, ONLY(0)),
	STEP(dmabuf_close, ONLY(1)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset, ONLY(POWER_MEMORY), ONLY(0)),
	{},
};

static const struct stress_step registrars[] = {
	STEP(register, ONLY(0), ONLY(1)),
	STEP(unregister),
	{},
};

SCENARIO(release_against_move) = {
	.name = "release-against-move",
	.summary = "dma-bufs are closed while resets walk the list of them",
	.hazards = { 26 },
	.actors = {
		{ .name = "exporter", .steps = exporters, .min = 2, .max = 5,
		  .in_order = true, .turns = 24, .jitter_us = 200 },
		{ .name = "resetter", .steps = resetters, .min = 1, .max = 2,
		  .in_order = true, .turns = 24, .jitter_us = 200 },
		{ .name = "registrar", .steps = registrars, .max = 1,
		  .in_order = true, .turns = 2, .jitter_us = 2000 },
	},
	.points = {
		/* who walks is at one that is about to go, and stays until it has */
		"vfio_pci_dma_buf_release:500us..4ms/0.9&"
		"get_file_active+return:2ms..6ms/0.5",
		"dma_buf_invalidate_mappings:50..2000us/0.5",
		"get_file_active+return:50..2000us/0.5",
		"vfio_pci_dma_buf_move+any:50..2000us/0.5",
	},
};
