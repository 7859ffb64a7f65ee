/* SPDX-License-Identifier: GPL-2.0-only */
/* batch - pieces of I/O that are in flight together, by libaio; see batch-uring.h */
#ifndef STRESS_BATCH_H
#define STRESS_BATCH_H

#include <sys/uio.h>

#include "engine.h"

#define BATCH_MAX 64
#define BATCH_PAGE 4096

/**
 * struct piece - I/O with one page, or with two in a vector
 * @addr: of the page
 * @more: of the second one; NULL for none
 * @offset: on the disk
 * @done: bytes, or -errno
 */
struct piece {
	char *addr;
	char *more;
	uint64_t offset;
	int64_t done;
};

/** batch_length - of a piece, in pages */
static inline int batch_length(const struct piece *piece)
{
	return piece->more ? 2 : 1;
}

/**
 * struct batch - all of them
 * @fd: disk, open for direct I/O
 * @write: else read
 * @nr: how many
 * @has_pages: called when all of them have their pages, or never will; NULL: nobody
 *	wants to know. Of io_uring nobody can tell: a worker of the kernel may do it
 * @of: for that
 * @pieces: each
 */
struct batch {
	int fd;
	bool write;
	unsigned int nr;
	void (*has_pages)(struct actor *of);
	struct actor *of;
	struct piece pieces[BATCH_MAX];
};

/**
 * batch_aio - by io_submit(); blocks until all of them have ended
 *
 * Return: 0 where each @done says how it went; -errno.
 */
int batch_aio(struct batch *batch);

/**
 * struct batch_aio - a batch that is under way, by libaio
 * @context: of the kernel
 * @flying: how many pieces have not been gathered
 */
struct batch_aio {
	unsigned long context;
	unsigned int flying;
};

/**
 * batch_aio_begin - have them in flight: all have their pages by then, or none
 *
 * Return: 0: batch_aio_land() is to come; -errno.
 */
int batch_aio_begin(struct batch *batch, struct batch_aio *aio);

/** batch_aio_land - wait for all of them; each @done says how it went */
void batch_aio_land(struct batch *batch, struct batch_aio *aio);

/**
 * batch_aio_start - have them in flight, and wait for none
 *
 * For who is about to die: nothing gives back what they need.
 *
 * Return: how many are in flight; -errno.
 */
int batch_aio_start(struct batch *batch);

/**
 * struct batch_vectors - what the pieces of a batch consist of
 * @of: each one's
 */
struct batch_vectors {
	struct iovec of[BATCH_MAX][2];
};

/** batch_vector - a piece as the kernel wants it; returns how many parts it has */
unsigned int batch_vector(const struct piece *piece, struct iovec vec[2]);

/**
 * batch_spread - reads of a slot, far apart on the disk
 * @page: of it, the first
 * @nr: pages
 * @block: of the disk
 *
 * Every third piece has two pages, the second in another place.
 */
void batch_spread(struct batch *batch, const struct slot *slot, int64_t page,
		  int64_t nr, int64_t block);

#endif
