/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * held-io - reads that stay in flight for a chosen time
 *
 * A disk whose rate is limited serves its queue in order. Reads to host memory
 * are put before the ones that matter: as many as the disk serves in the time
 * for which these are to be held.
 */
#ifndef BENCH_HELD_IO_H
#define BENCH_HELD_IO_H

#include <libaio.h>
#include <pthread.h>

#include "disk-io.h"

#define HELD_IO_MAX 256
#define HELD_IO_BYTES 4096u

/* between two reads on the disk, so that the block layer joins none */
#define HELD_IO_STRIDE (2 * HELD_IO_BYTES)

/**
 * struct held_io - a disk and its queue
 * @disk: open
 * @rate: reads that it serves a second
 * @before: queue of the reads put before
 * @these: queue of the reads that matter
 * @nr: how many those are
 * @tail: of their ring, before they were submitted
 */
struct held_io {
	const struct disk_io *disk;
	double rate;
	io_context_t before;
	io_context_t these;
	char *room;
	unsigned int nr_before;
	unsigned int nr;
	unsigned int tail;
	pthread_t watcher;
	bool watched;
	uint64_t last_ns;
	int result;
};

/**
 * held_io_open - find out how fast the disk is
 * @held: receives it
 * @disk: open, outlives it
 * @offset: on the disk, of room for HELD_IO_MAX strides
 *
 * Return: 0; -EOPNOTSUPP where it is too fast to hold anything; -errno; with
 * brg_last_error() set.
 */
int held_io_open(struct held_io *held, const struct disk_io *disk,
		 uint64_t offset);

/** held_io_close - undo held_io_open(); zeroed ones are fine */
void held_io_close(struct held_io *held);

/**
 * held_io_start - submit reads that are held
 * @held: open, nothing in flight
 * @addr: read @i goes to @addr + @i * HELD_IO_BYTES
 * @offset: on the disk; read @i is at @offset + @i * HELD_IO_STRIDE
 * @nr: up to HELD_IO_MAX; 0: the disk stays idle
 * @hold_ns: for how long the first of them is to be held; less where the disk's
 *	queue does not have the room
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int held_io_start(struct held_io *held, void *addr, uint64_t offset,
		  unsigned int nr, uint64_t hold_ns);

/** held_io_done - how many have ended by now, as the kernel's ring has it */
unsigned int held_io_done(const struct held_io *held);

/**
 * held_io_finish - wait until all have ended
 * @held: started
 * @last_ns: receives when the last one did, on brg_clock_now_ns(); untouched
 *	where there were none
 *
 * Return: 0; -errno of a read, -ETIMEDOUT after a minute; with
 * brg_last_error() set.
 */
int held_io_finish(struct held_io *held, uint64_t *last_ns);

#endif
