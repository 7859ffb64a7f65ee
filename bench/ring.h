/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring - one I/O at a time, and what it cost without the waiting
 *
 * Below an emulator that counts instructions, a CPU with nothing to do lets the
 * clock jump to the next timer, which says nothing about cost, and differs from
 * run to run with the speed of the host's disk. A thread that sleeps for an I/O
 * costs two context switches, one that finds it done costs none, and which it
 * is depends on the host as well. So the I/O is submitted asynchronously, and
 * the thread counts until the completion shows in the ring that it shares with
 * the kernel. The time less the time that went into counting is what the I/O
 * cost: the system calls, the interrupt, and the work after it.
 *
 * Linux AIO, not io_uring: it submits the whole of a large I/O from the calling
 * thread, where io_uring hands what needs more than one command to a worker,
 * and the interrupt itself completes it, where io_uring leaves a rest to the
 * thread. Each is work that may be done here or there.
 */
#ifndef BENCH_RING_H
#define BENCH_RING_H

#include <libaio.h>

#include "disk-io.h"

/**
 * struct ring - of one entry
 * @context: set up by ring_open()
 * @turn_ns: how long the counting takes each time around
 */
struct ring {
	io_context_t context;
	double turn_ns;
};

/**
 * struct ring_io - one O_DIRECT read or write
 * @write: else it is a read
 * @addr: page aligned
 * @len: whole logical blocks
 * @offset: on the disk
 * @waited_ns: receives how long was counted
 */
struct ring_io {
	bool write;
	void *addr;
	size_t len;
	uint64_t offset;
	double waited_ns;
};

/**
 * ring_open - set up, and find out how long one turn of counting takes
 * @ring: receives it
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int ring_open(struct ring *ring);

/** ring_close - undo ring_open() */
void ring_close(struct ring *ring);

/**
 * ring_transfer - do one I/O, counting until it is done
 * @ring: open
 * @disk: open
 * @io: which; receives the time that was waited
 *
 * Return: 0; -errno of the I/O, -EIO if short, -ETIMEDOUT where it is not done
 * after a minute or so; with brg_last_error() set.
 */
int ring_transfer(struct ring *ring, const struct disk_io *disk,
		  struct ring_io *io);

#endif
