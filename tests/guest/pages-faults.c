// SPDX-License-Identifier: GPL-2.0-only
/* Faults of pages of a dma-buf: for reading, for writing, by many at a time */
#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static void write_protection_comes_and_goes(void **state)
{
	uint8_t *map = pages_begin(*state);

	/* the first fault of a page is a read, the next one a write */
	assert_int_equal(guest_touch(map, false), 0);
	assert_int_equal(guest_touch(map, true), 0);
	assert_int_equal(mprotect(map, PAGES_LEN, PROT_READ), 0);
	assert_int_equal(guest_touch(map, true), SIGSEGV);
	assert_int_equal(guest_touch(map + PAGE, false), 0);
	assert_errno(pages_read(map, PAGE), EFAULT);
	assert_int_equal(mprotect(map, PAGES_LEN, PROT_READ | PROT_WRITE), 0);
	assert_int_equal(guest_touch(map, true), 0);
	assert_int_equal(guest_touch(map + PAGE, true), 0);
	pages_expect_direct(map + PAGE, true);
}

/* the kernel then takes a write fault of each page to note the write */
static void soft_dirty_tracking_works(void **state)
{
	uint8_t *map = pages_begin(*state);
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(guest_touch(map, true), 0);
	assert_int_equal(write(fd, "4", 1), 1);
	assert_int_equal(guest_touch(map, true), 0);
	assert_int_equal(guest_touch(map + PAGE, true), 0);
	pages_expect_direct(map, true);
	pages_expect_direct(map + PAGE, true);
	assert_int_equal(write(fd, "1", 1), 1);
	close(fd);
}

struct faulters {
	_Atomic int ready;
	atomic_bool wrong;
	pthread_barrier_t gate;
	uint8_t *map;
};

#define NR_FAULTERS 8
#define NR_ROUNDS 200

static void *fault_all(void *arg)
{
	struct faulters *all = arg;
	int self = atomic_fetch_add(&all->ready, 1);
	int round, i;

	for (round = 0; round < NR_ROUNDS; round++) {
		pthread_barrier_wait(&all->gate);
		for (i = 0; i < 8; i++) {
			volatile uint8_t *at = all->map + i * PAGE;

			if (self == 0)
				madvise((void *)at, PAGE, MADV_DONTNEED);
			else if (self & 1)
				at[self] = (uint8_t)self;
			else if (pages_read((void *)at, PAGE))
				all->wrong = true;
		}
	}
	return NULL;
}

static void many_threads_fault_the_same_page(void **state)
{
	struct faulters all = { .map = pages_begin(*state) };
	pthread_t threads[NR_FAULTERS];
	int i;

	pages_disk();
	assert_int_equal(pthread_barrier_init(&all.gate, NULL, NR_FAULTERS), 0);
	for (i = 0; i < NR_FAULTERS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, fault_all, &all), 0);
	for (i = 0; i < NR_FAULTERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	pthread_barrier_destroy(&all.gate);
	assert_false(all.wrong);
	/* no page was counted twice, nor lost: all of them can go */
	pages_unmap();
	pages_close();
	pages_begin(*state);
}

static const struct CMUnitTest tests[] = {
	PAGES_TEST(write_protection_comes_and_goes),
	PAGES_TEST(soft_dirty_tracking_works),
	PAGES_TEST(many_threads_fault_the_same_page),
};

const struct guest_suite guest_pages_faults = GUEST_SUITE(tests);
