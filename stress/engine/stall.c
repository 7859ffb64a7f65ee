// SPDX-License-Identifier: GPL-2.0-only
#include "stall.h"

#include "batch-uring.h"
#include "batch.h"
#include "own.h"
#include "stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096
#define POLL_MS 5

static ssize_t do_vector(const struct stall *stall)
{
	const struct iovec vec[] = {
		{ .iov_base = stall->page, .iov_len = PAGE },
		{ .iov_base = stall->trap, .iov_len = PAGE },
		{ .iov_base = stall->after, .iov_len = PAGE },
	};
	int nr = stall->after ? 3 : 2;
	ssize_t done =
		stall->how & STALL_WRITES ?
			pwritev(stall->fd, vec, nr, (off_t)stall->offset) :
			preadv(stall->fd, vec, nr, (off_t)stall->offset);

	return done < 0 ? -errno : done;
}

static ssize_t do_batch(const struct stall *stall)
{
	struct batch batch = {
		.fd = stall->fd,
		.write = stall->how & STALL_WRITES,
		.nr = 1,
		.pieces[0] = {
			.addr = stall->page,
			.more = stall->trap,
			.offset = stall->offset,
		},
	};
	int ret = stall->how & STALL_URING ? batch_uring(&batch) :
					     batch_aio(&batch);

	return ret ? ret : (ssize_t)batch.pieces[0].done;
}

static void *transfer(void *arg)
{
	struct stall *stall = arg;

	stall->result = stall->how & (STALL_URING | STALL_AIO) ?
				do_batch(stall) :
				do_vector(stall);
	stall->end_ns = engine_now_ns();
	atomic_store(&stall->ended, true);
	return NULL;
}

static int set_trap(struct stall *stall)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range.len = PAGE,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (madvise(stall->trap, PAGE, MADV_DONTNEED))
		return -errno;
	reg.range.start = (uintptr_t)stall->trap;
	stall->uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (stall->uffd >= 0 && !ioctl(stall->uffd, UFFDIO_API, &api) &&
	    !ioctl(stall->uffd, UFFDIO_REGISTER, &reg))
		return 0;
	return -errno;
}

/* A child that was forked meanwhile has the file, too: closing it is not enough. */
static void remove_trap(struct stall *stall)
{
	struct uffdio_range range = {
		.start = (uintptr_t)stall->trap,
		.len = PAGE,
	};

	if (stall->uffd < 0)
		return;
	ioctl(stall->uffd, UFFDIO_UNREGISTER, &range);
	close(stall->uffd);
}

/* until the kernel asks for the page that is withheld, or the I/O has failed */
static bool await_stall(struct stall *stall)
{
	struct pollfd wait = { .fd = stall->uffd, .events = POLLIN };
	struct uffd_msg msg;

	while (!atomic_load(&stall->ended))
		if (poll(&wait, 1, POLL_MS) == 1 &&
		    read(stall->uffd, &msg, sizeof(msg)) == sizeof(msg))
			return true;
	return false;
}

int stall_begin(struct world *world, struct stall *stall)
{
	int ret;

	stall->fd = world->disk;
	stall->uffd = -1;
	atomic_store(&stall->ended, false);
	ret = set_trap(stall);
	if (!ret)
		ret = -pthread_create(&stall->thread, NULL, transfer, stall);
	if (ret) {
		remove_trap(stall);
		return ret;
	}
	if (await_stall(stall))
		return 0;
	stall_end(stall);
	return DONE_NOTHING;
}

int stall_slot_by(struct actor *actor, const struct slot *slot, int64_t block,
		  unsigned int how, struct stall *stall)
{
	int64_t page = 0, nr = 1;

	if (actor->world->disk < 0 || slot_range(slot, &page, &nr) ||
	    (how & STALL_WRITES && !own_fits(actor, actor->world->disk)))
		return DONE_NOTHING;
	*stall = (struct stall){
		.how = how,
		.page = slot->addr,
		.trap = actor->host + SLOT_BYTES - PAGE,
		.offset = how & STALL_WRITES ?
				  own_offset(actor, 0) :
				  (uint64_t)(block % STAMP_NR_BLOCKS) * PAGE,
	};
	return stall_begin(actor->world, stall);
}

int stall_slot(struct actor *actor, const struct slot *slot, int64_t block,
	       struct stall *stall)
{
	return stall_slot_by(actor, slot, block, 0, stall);
}

void stall_release(struct stall *stall)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)stall->trap, .len = PAGE },
	};

	/* EEXIST: released before */
	ioctl(stall->uffd, UFFDIO_ZEROPAGE, &zero);
}

int stall_end(struct stall *stall)
{
	ssize_t wanted = stall->after ? 3 * PAGE : 2 * PAGE;

	stall_release(stall);
	pthread_join(stall->thread, NULL);
	remove_trap(stall);
	if (stall->result < 0)
		return (int)stall->result;
	return stall->result == wanted ? 0 : -EFAULT;
}
