// SPDX-License-Identifier: GPL-2.0-only
#include "held-io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#define MAX_BEFORE 700 /* with HELD_IO_MAX less than the disk's queue has */
#define NR_CALIBRATE 128
#define LEAST_HOLD_S 0.25
#define BURST_S 0.1 /* as much as a tenth of a second's worth passes at once */
#define LIMIT_S 60
#define AIO_RING_MAGIC 0xa10a10a1u

/* what an io_context_t points at: fs/aio.c, struct aio_ring */
struct aio_ring {
	unsigned int id;
	unsigned int nr;
	unsigned int head;
	unsigned int tail;
	unsigned int magic;
};

static const struct aio_ring *ring_of(io_context_t context)
{
	return (const void *)context;
}

static unsigned int tail_of(io_context_t context)
{
	return __atomic_load_n(&ring_of(context)->tail, __ATOMIC_ACQUIRE);
}

static int submit(const struct held_io *held, io_context_t context, char *addr,
		  uint64_t offset, unsigned int nr)
{
	struct iocb iocbs[MAX_BEFORE], *list[MAX_BEFORE];
	unsigned int done = 0;

	for (unsigned int i = 0; i < nr; i++) {
		io_prep_pread(&iocbs[i], held->disk->fd,
			      addr + i * HELD_IO_BYTES, HELD_IO_BYTES,
			      (long long)(offset +
					  (i % HELD_IO_MAX) * HELD_IO_STRIDE));
		list[i] = &iocbs[i];
	}
	while (done < nr) {
		int ret = io_submit(context, nr - done, list + done);

		if (ret <= 0)
			return brg_fail(ret ? ret : -EIO, "io_submit: %s",
					strerror(ret ? -ret : EIO));
		done += (unsigned int)ret;
	}
	return 0;
}

/* 0, or the first error; all are taken from the ring */
static int reap(io_context_t context, unsigned int nr)
{
	struct timespec limit = { .tv_sec = LIMIT_S };
	struct io_event events[MAX_BEFORE];
	int result = 0, got = 0;

	if (nr)
		got = io_getevents(context, nr, nr, events, &limit);
	if (got < 0)
		return got;
	for (int i = 0; i < got && !result; i++) {
		long res = (long)events[i].res;

		if (res != (long)HELD_IO_BYTES)
			result = res < 0 ? (int)res : -EIO;
	}
	return got == (int)nr ? result : -ETIMEDOUT;
}

static int setup(io_context_t *context, unsigned int nr)
{
	int ret = io_queue_init((int)nr, context);

	if (ret)
		return brg_fail(ret, "io_setup: %s", strerror(-ret));
	if (ring_of(*context)->magic != AIO_RING_MAGIC)
		return brg_fail(
			-EOPNOTSUPP,
			"io_setup: this kernel's ring is not the one that is known");
	return 0;
}

/* twice: a limit lets some pass at first */
static int calibrate(struct held_io *held, uint64_t offset)
{
	for (int turn = 0; turn < 2; turn++) {
		uint64_t start_ns = brg_clock_now_ns();
		int ret = submit(held, held->before, held->room, offset,
				 NR_CALIBRATE);

		if (!ret)
			ret = reap(held->before, NR_CALIBRATE);
		if (ret)
			return brg_fail(ret, "%s: O_DIRECT reads: %s",
					held->disk->disk->path, strerror(-ret));
		held->rate = NR_CALIBRATE * 1e9 /
			     (double)(brg_clock_now_ns() - start_ns);
	}
	if (held->rate * (LEAST_HOLD_S + BURST_S) <= MAX_BEFORE)
		return 0;
	return brg_fail(
		-EOPNOTSUPP,
		"%s: %.0f reads a second: too fast to hold I/O in flight: use a disk with a limit (topology held)",
		held->disk->disk->path, held->rate);
}

int held_io_open(struct held_io *held, const struct disk_io *disk,
		 uint64_t offset)
{
	int ret;

	*held = (struct held_io){ .disk = disk };
	held->room = mmap(NULL, MAX_BEFORE * HELD_IO_BYTES,
			  PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (held->room == MAP_FAILED) {
		held->room = NULL;
		return brg_fail(-ENOMEM, "out of memory");
	}
	ret = setup(&held->before, MAX_BEFORE);
	if (!ret)
		ret = setup(&held->these, HELD_IO_MAX);
	if (!ret)
		ret = calibrate(held, offset);
	if (ret)
		held_io_close(held);
	return ret;
}

void held_io_close(struct held_io *held)
{
	if (held->these)
		io_queue_release(held->these);
	if (held->before)
		io_queue_release(held->before);
	if (held->room)
		munmap(held->room, MAX_BEFORE * HELD_IO_BYTES);
	*held = (struct held_io){};
}

static void *watch(void *arg)
{
	struct held_io *held = arg;

	held->result = reap(held->these, held->nr);
	held->last_ns = brg_clock_now_ns();
	return NULL;
}

int held_io_start(struct held_io *held, void *addr, uint64_t offset,
		  unsigned int nr, uint64_t hold_ns)
{
	double before = held->rate * ((double)hold_ns / 1e9 + BURST_S);
	int ret;

	held->nr_before = held->nr = 0;
	if (!nr)
		return 0;
	if (before > MAX_BEFORE)
		before = MAX_BEFORE;
	ret = submit(held, held->before, held->room, offset,
		     (unsigned int)before);
	if (ret)
		return ret;
	held->nr_before = (unsigned int)before;
	held->tail = tail_of(held->these);
	ret = submit(held, held->these, addr, offset, nr);
	if (ret)
		return ret;
	held->nr = nr;
	ret = -pthread_create(&held->watcher, NULL, watch, held);
	held->watched = !ret;
	return ret ? brg_fail(ret, "pthread_create: %s", strerror(-ret)) : 0;
}

unsigned int held_io_done(const struct held_io *held)
{
	unsigned int size;

	if (!held->nr)
		return 0;
	size = ring_of(held->these)->nr;
	return (tail_of(held->these) + size - held->tail) % size;
}

int held_io_finish(struct held_io *held, uint64_t *last_ns)
{
	int ret = reap(held->before, held->nr_before);

	held->nr_before = 0;
	if (held->watched) {
		pthread_join(held->watcher, NULL);
		held->watched = false;
		if (!ret)
			ret = held->result;
		*last_ns = held->last_ns;
	}
	held->nr = 0;
	if (ret)
		return brg_fail(ret, "%s: O_DIRECT reads: %s",
				held->disk->disk->path, strerror(-ret));
	return 0;
}
