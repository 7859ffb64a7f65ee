/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * roundtrip - stamped blocks, there and back
 *
 * Two ways:
 *
 *	out	the CPU stores blocks in the memory under test, the disk takes
 *		them from there, and host memory reads them back
 *	in	host memory writes blocks to the disk, the disk delivers them
 *		to the memory under test, and the CPU loads them from there
 *
 * Before each, what is about to be overwritten gets whole blocks of another
 * generation, on the disk and in the memory, so that an I/O that goes nowhere
 * and says it succeeded leaves stale blocks and not, by luck, good ones.
 */
#ifndef BENCH_ROUNDTRIP_H
#define BENCH_ROUNDTRIP_H

#include <barrage/block.h>

#include "disk-io.h"

#define ROUNDTRIP_NR_WAYS 2

/**
 * struct roundtrip - one set of transfers
 * @disk: open
 * @mem: memory under test
 * @stamp: what the blocks carry; each use raises the generation
 * @host: page-aligned host memory of roundtrip_bytes()
 * @bs: of one I/O
 * @nr_ios: how many
 * @place: offset into @mem
 */
struct roundtrip {
	struct disk_io disk;
	struct brg_mem *mem;
	struct brg_block_stamp stamp;
	char *host;
	size_t bs;
	unsigned int nr_ios;
	size_t place;
};

struct roundtrip_way {
	const char *name;
	const char *summary;
	int (*send)(struct roundtrip *trip);
	int (*receive)(struct roundtrip *trip);
};

extern const struct roundtrip_way roundtrip_ways[ROUNDTRIP_NR_WAYS];

/** roundtrip_bytes - of all transfers of @trip together */
size_t roundtrip_bytes(const struct roundtrip *trip);

/**
 * roundtrip_spoil - put whole but old blocks on the disk and in the memory
 * @trip: set of transfers
 *
 * Once it has returned 0, I/O of this shape works for host memory: what fails
 * afterwards fails because of the memory under test.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int roundtrip_spoil(struct roundtrip *trip);

/**
 * roundtrip_run - transfer, there and back
 * @trip: set of transfers, spoiled
 * @way: one of roundtrip_ways
 *
 * Return: 0; -errno of an I/O, with brg_last_error() set. Whether the data is
 * what was sent is roundtrip_check()'s to say.
 */
int roundtrip_run(struct roundtrip *trip, const struct roundtrip_way *way);

/**
 * roundtrip_check - is what came back what was sent?
 * @trip: set of transfers, run
 * @report: receives the first bad block
 *
 * Return: 0; -EILSEQ.
 */
int roundtrip_check(struct roundtrip *trip, struct brg_block_report *report);

#endif
