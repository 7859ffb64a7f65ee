/* SPDX-License-Identifier: GPL-2.0-only */
/* world - what a race happens to */
#ifndef STRESS_WORLD_H
#define STRESS_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "device.h"
#include "program.h"
#include "shared.h"
#include "slot.h"
#include "verdict.h"

/* all slots, of the world and of those who are alone and actors */
#define WORLD_ARENA_BYTES ((2 + ENGINE_MAX_ACTORS) * SLOT_NR_OWN * SLOT_BYTES)

/**
 * struct world - what a race happens to
 * @device: provider of the BAR
 * @twin: another function that is reset together with it; vfio -1 for none
 * @pf: the physical function (PF) of a device that is a VF; vfio -1 for none
 * @disk_path: block device; NULL for none
 * @disk: the same, opened for direct I/O; -1 for none
 * @slow_path: block device that holds I/O in flight; NULL for none
 * @slow: the same, opened for direct I/O; -1 for none
 * @importer: device node's PCI address of the test importer, "" for none
 * @stamp_seed: of the data on the disks
 * @shared: seen by all processes
 * @arena: where the slots' mappings are, WORLD_ARENA_BYTES
 * @slots: the shared ones
 */
struct world {
	struct device device;
	struct device twin;
	struct device pf;
	const char *disk_path;
	int disk;
	const char *slow_path;
	int slow;
	char importer[16];
	uint64_t stamp_seed;
	struct shared *shared;
	char *arena;
	struct slot slots[SLOT_NR_SHARED];
};

/**
 * world_init - make an empty world
 * @world: to be filled in: addresses and paths
 *
 * Return: 0 or -errno.
 */
int world_init(struct world *world);

/**
 * world_open - open the devices and disks that have a name
 * @world: of world_init()
 * @why: receives one line on failure
 *
 * Return: 0 or -errno.
 */
int world_open(struct world *world, char why[ENGINE_TEXT_BYTES]);

/** world_quiet - undo what a race may have left: mappings, dma-bufs, power, BARs */
void world_quiet(struct world *world);

/** world_close - the opposite of world_open() */
void world_close(struct world *world);

/**
 * struct closing - a close of the device that is under way
 * @number: of those that end mappings, see @begun of struct shared
 * @off: see promise_begin()
 * @registered: likewise
 */
struct closing {
	uint32_t number;
	uint32_t off;
	uint32_t registered;
};

/**
 * world_close_begin - the device is about to be closed or unbound in a race
 * @closing: for world_close_end()
 *
 * What was promised of it, and of its dma-bufs, holds no longer.
 */
void world_close_begin(struct world *world, struct closing *closing);

/**
 * world_close_end - it has been opened again, or cannot be
 * @opened: it was: so the one before is closed, and all its dma-bufs are gone, as
 *	are mappings of its P2P memory: it cannot be opened before
 */
void world_close_end(struct world *world, const struct closing *closing,
		     bool opened);

#endif
