// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: mappings of a dma-buf live longer than the opening of the device that it is
 * of. Faults come while the device's file is closed, while it is closed, and after
 * it was opened anew.
 *
 * Oracle: after the close every access is a SIGBUS, also when the device is open
 * again; and no complaint by the kernel, which must not follow the dma-buf's
 * pointer to a device without a reference of its own.
 *
 * Provenance: the VMA of a dma-buf holds the dma-buf, not the device (hazard 27).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	STEP(dmabuf_map, ONLY(SLOT_SHARED(0)), ONLY(SLOT_SHARED(0))),
	STEP(dmabuf_map, ONLY(SLOT_SHARED(1)), ONLY(SLOT_SHARED(0))),
	{},
};

static const struct stress_step users[] = {
	STEP(touch, BETWEEN(SLOT_SHARED(0), SLOT_SHARED(1)), BETWEEN(0, 511),
	     BETWEEN(1, 16)),
	{},
};

static const struct stress_step mappers[] = {
	STEP(dmabuf_map, ONLY(0), ONLY(SLOT_SHARED(0))),
	STEP(touch, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

#define MAP_ANEW                                                               \
	STEP(export, ONLY(SLOT_SHARED(0)), ANY, ONLY(1), ONLY(0)),             \
		STEP(dmabuf_map, ONLY(SLOT_SHARED(0)), ONLY(SLOT_SHARED(0)))

static const struct stress_step closers[] = {
	STEP(reopen),
	MAP_ANEW,
	{},
};

#define POINTS                                                                 \
	"vfio_pci_dma_buf_huge_fault:100..3000us/0.5",                         \
		"vfio_pci_dma_buf_cleanup:100..3000us/0.5",                    \
		"vfio_pci_dma_buf_huge_fault+any:100..3000us/0.5",             \
		"vfio_pci_dma_buf_cleanup+any:100..3000us/0.7"

SCENARIO(faults_against_close) = {
	.name = "faults-against-close",
	.summary = "dma-buf mappings are used while the device is closed",
	.hazards = { 27 },
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 2, .max = 3,
		  .in_order = true, .turns = 100, .jitter_us = 2000 },
		{ .name = "mapper", .steps = mappers, .max = 1,
		  .in_order = true, .turns = 32, .jitter_us = 2000 },
		{ .name = "closer", .steps = closers, .in_order = true,
		  .turns = 2, .jitter_us = 20000 },
	},
	.points = { POINTS },
	.alone = true,
};

/*
 * Race: the same, and the driver is unbound, before the device is closed or after:
 * what the dma-buf was of is no more. Importers and memory regions have it as well.
 */
static const struct stress_step unbinders[] = {
	STEP(rebind), MAP_ANEW, STEP(rebind_used), MAP_ANEW, {},
};

/* in any order, since there may be but one kind of them */
static const struct stress_step importers[] = {
	OFTEN(2, import, ONLY(0), ONLY(SLOT_SHARED(0))),
	OFTEN(3, import_map, ONLY(0)),
	STEP(import_close, ONLY(0)),
	OFTEN(2, mr_register, ONLY(1), ONLY(SLOT_SHARED(0))),
	STEP(mr_write, ONLY(1)),
	STEP(mr_read, ONLY(1)),
	STEP(mr_deregister, ONLY(1)),
	{},
};

#define OUTLIVING_SCENARIO(id, called, tells, who, do_so, ...)                 \
	SCENARIO(id) = {                                                       \
		.name = called,                                                \
		.summary = tells,                                              \
		.hazards = { 27 },                                             \
		.before = before,                                              \
		.actors = {                                                    \
			{ .name = "user", .steps = users, .max = 2, .min = 1,  \
			  .in_order = true, .turns = 400,                      \
			  .jitter_us = 5000 },                                 \
			{ .name = "mapper", .steps = mappers,                  \
			  .in_order = true, .turns = 100, .jitter_us = 5000 }, \
			{ .name = "importer", .steps = importers,              \
			  .min_calls = 8, .max_calls = 24,                     \
			  .jitter_us = 50000 },                                \
			{ .name = who, .steps = do_so, .in_order = true,       \
			  .turns = 2, .jitter_us = 50000 },                    \
		},                                                             \
		.points = { POINTS },                                          \
		.alone = true,                                                 \
		__VA_ARGS__                                                    \
	}

OUTLIVING_SCENARIO(faults_against_unbind, "faults-against-unbind",
		   "dma-bufs are used while the driver leaves the device",
		   "unbinder", unbinders, .pace = STRESS_SLOW, );

/*
 * Race: the same where the device leaves its slot, and another one comes.
 */
static const struct stress_step pullers[] = {
	STEP(replug),
	MAP_ANEW,
	{},
};

OUTLIVING_SCENARIO(faults_against_unplug, "faults-against-unplug",
		   "dma-bufs are used while the device leaves its slot",
		   "puller", pullers, .needs = NEED_SLOT, .limit_ms = 120000,
		   .pace = STRESS_SLOW, );
