// SPDX-License-Identifier: GPL-2.0-only
#include "stuck.h"

#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PATIENCE_MS 30000

/* A test that fails leaves it to the fixture to call stuck_end(). */
static struct stuck {
	bool started;
	pthread_t thread;
	int uffd;
	int disk;
	void *page;
	void *trap;
	ssize_t result;
	void *after;
} stuck = { .uffd = -1, .disk = -1 };

static void *read_both(void *arg)
{
	const struct iovec vec[] = {
		{ .iov_base = stuck.page, .iov_len = PAGE },
		{ .iov_base = stuck.trap, .iov_len = PAGE },
		{ .iov_base = stuck.after, .iov_len = PAGE },
	};

	stuck.result = preadv(stuck.disk, vec, stuck.after ? 3 : 2, 0);
	if (stuck.result < 0)
		stuck.result = -errno;
	return NULL;
}

void stuck_start(void *page)
{
	stuck_start_before(page, NULL);
}

void stuck_start_before(void *page, void *after)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range.len = PAGE,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffd_msg msg;
	struct pollfd wait;

	stuck.page = page;
	stuck.after = after;
	stuck.disk = open(guest_role("DISK"), O_RDONLY | O_DIRECT | O_CLOEXEC);
	assert_true(stuck.disk >= 0);
	stuck.trap = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(stuck.trap, MAP_FAILED);
	stuck.uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	assert_true(stuck.uffd >= 0);
	assert_int_equal(ioctl(stuck.uffd, UFFDIO_API, &api), 0);
	reg.range.start = (uintptr_t)stuck.trap;
	assert_int_equal(ioctl(stuck.uffd, UFFDIO_REGISTER, &reg), 0);
	assert_int_equal(pthread_create(&stuck.thread, NULL, read_both, NULL),
			 0);
	pthread_setname_np(stuck.thread, "I/O");
	stuck.started = true;
	wait = (struct pollfd){ .fd = stuck.uffd, .events = POLLIN };
	assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
	assert_int_equal(read(stuck.uffd, &msg, sizeof(msg)), sizeof(msg));
	assert_int_equal(msg.event, UFFD_EVENT_PAGEFAULT);
}

void stuck_release(void)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)stuck.trap, .len = PAGE },
	};

	/* EEXIST: released before */
	if (ioctl(stuck.uffd, UFFDIO_ZEROPAGE, &zero))
		assert_int_equal(errno, EEXIST);
}

ssize_t stuck_end(void)
{
	if (!stuck.started)
		return 0;
	stuck.started = false;
	stuck_release();
	assert_int_equal(pthread_join(stuck.thread, NULL), 0);
	close(stuck.uffd);
	close(stuck.disk);
	munmap(stuck.trap, PAGE);
	return stuck.result;
}
