// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's interface itself: a reproducer needs no library. */
#include "batch.h"

#include "stamp.h"

#include <errno.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* of the disk, between two pieces: far enough that they are not merged */
#define STRIDE 5

unsigned int batch_vector(const struct piece *piece, struct iovec vec[2])
{
	vec[0] = (struct iovec){ piece->addr, BATCH_PAGE };
	vec[1] = (struct iovec){ piece->more, BATCH_PAGE };
	return (unsigned int)batch_length(piece);
}

static void fill(const struct batch *batch, struct batch_vectors *vectors,
		 struct iocb *iocbs, struct iocb **list)
{
	for (unsigned int i = 0; i < batch->nr; i++) {
		const struct piece *piece = &batch->pieces[i];

		iocbs[i] = (struct iocb){
			.aio_data = i,
			.aio_lio_opcode = batch->write ? IOCB_CMD_PWRITEV :
							 IOCB_CMD_PREADV,
			.aio_fildes = (uint32_t)batch->fd,
			.aio_buf = (uintptr_t)vectors->of[i],
			.aio_nbytes = batch_vector(piece, vectors->of[i]),
			.aio_offset = (int64_t)piece->offset,
		};
		list[i] = &iocbs[i];
	}
}

/* What fails at once is not submitted: it ends the list, and is left out. */
static unsigned int submit_all(struct batch *batch, aio_context_t context,
			       struct iocb **list)
{
	unsigned int flying = 0;

	for (unsigned int i = 0; i < batch->nr; i++) {
		if (syscall(SYS_io_submit, context, 1, &list[i]) == 1)
			flying++;
		else
			batch->pieces[i].done = -errno;
	}
	return flying;
}

/* What has been submitted needs neither the requests nor the vectors any more. */
int batch_aio_begin(struct batch *batch, struct batch_aio *aio)
{
	struct iocb iocbs[BATCH_MAX], *list[BATCH_MAX];
	struct batch_vectors vectors;
	aio_context_t context = 0;

	if (syscall(SYS_io_setup, BATCH_MAX, &context))
		return -errno;
	fill(batch, &vectors, iocbs, list);
	aio->context = context;
	aio->flying = submit_all(batch, context, list);
	/* a block device pins them before it returns */
	if (batch->has_pages)
		batch->has_pages(batch->of);
	return 0;
}

void batch_aio_land(struct batch *batch, struct batch_aio *aio)
{
	struct io_event events[BATCH_MAX];

	while (aio->flying) {
		long got = syscall(SYS_io_getevents, aio->context, 1,
				   aio->flying, events, NULL);

		for (long i = 0; i < got; i++)
			batch->pieces[events[i].data].done = events[i].res;
		aio->flying -= got > 0 ? (unsigned int)got : 0;
	}
	syscall(SYS_io_destroy, aio->context);
}

int batch_aio_start(struct batch *batch)
{
	struct batch_aio aio;
	int ret = batch_aio_begin(batch, &aio);

	return ret ? ret : (int)aio.flying;
}

int batch_aio(struct batch *batch)
{
	struct batch_aio aio;
	int ret = batch_aio_begin(batch, &aio);

	if (!ret)
		batch_aio_land(batch, &aio);
	return ret;
}

void batch_spread(struct batch *batch, const struct slot *slot, int64_t page,
		  int64_t nr, int64_t block)
{
	char *addr = slot->addr + page * BATCH_PAGE;

	for (int64_t i = 0; i < nr && batch->nr < BATCH_MAX; i++) {
		struct piece *piece = &batch->pieces[batch->nr++];

		*piece = (struct piece){
			.addr = addr + i * BATCH_PAGE,
			.offset = (uint64_t)((block + i * STRIDE) %
					     STAMP_NR_BLOCKS) *
				  BATCH_PAGE,
		};
		if (i % 3 == 0 && nr - 1 > i)
			piece->more = addr + --nr * BATCH_PAGE;
	}
}
