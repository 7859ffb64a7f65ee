/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reset-round - one reset of a device whose memory is being read to
 */
#ifndef BENCH_RESET_ROUND_H
#define BENCH_RESET_ROUND_H

#include <barrage/block.h>

#include "backing.h"
#include "held-io.h"

/**
 * struct reset_round - what is reset, and what was seen
 * @target: open
 * @backing: how the BAR is made usable; NULL: not at all, and no I/O
 * @disk: open
 * @held: of @disk
 * @stamp: what the blocks carry; each round raises the generation
 * @host: host memory of HELD_IO_MAX * HELD_IO_STRIDE bytes
 * @nr: I/Os in flight
 * @hold_ns: for how long they are held
 * @took_ns: the reset call
 * @wait_ns: of that, until the last I/O had ended; 0 where none was in flight
 * @late_ios: that ended only after the call had returned
 * @late_blocks: of the BAR that changed only after it had returned
 * @late_ns: from its return to the last end
 * @proof: that the pages are the BAR's, where there is a backing
 */
struct reset_round {
	struct target *target;
	const struct backing *backing;
	const struct disk_io *disk;
	struct held_io *held;
	struct brg_block_stamp stamp;
	char *host;
	unsigned int nr;
	uint64_t hold_ns;
	double took_ns;
	double wait_ns;
	unsigned int late_ios;
	unsigned int late_blocks;
	double late_ns;
	struct brg_proof proof;
};

#define RESET_ROUND_DISK_OFFSET (1u << 20) /* clear of where signatures live */

/**
 * reset_round_run - make the BAR usable, start I/O, reset, look at the data
 * @round: all but the results set
 *
 * The data is looked at through VFIO, after all I/O has ended and the BAR has
 * been taken back: what became of mappings during the reset does not matter.
 *
 * Return: 0, also where something was late; -EILSEQ for wrong data; -EAGAIN
 * where the I/O did not stay in flight until the reset; -errno; with
 * brg_last_error() set.
 */
int reset_round_run(struct reset_round *round);

/**
 * reset_round_control - the same with reads to host memory
 * @round: as for reset_round_run(); the backing is ignored
 *
 * No reset waits for these: all of them are late, or this program would not see
 * it either where memory of the device is concerned.
 *
 * Return: 0; -EAGAIN where some had ended before the reset; -errno; with
 * brg_last_error() set.
 */
int reset_round_control(struct reset_round *round);

#endif
