// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all of it is for: a narrow race that Linux has, lost more often. To read a
 * file of tmpfs is not atomic against writing it: between two pages there are few
 * instructions.
 */
#include "guest.h"
#include "points.h"

#include <barrage/clock.h>

#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROUNDS 200
#define BYTES (2 * PAGE)
#define MAX_SKEW_NS 4000000ull

struct shared {
	int fd;
	pthread_barrier_t barrier;
};

/* Both do one thing each in a round, at a time that differs from round to round. */
static void skew(unsigned int round, unsigned int who)
{
	uint64_t hash = (round * 2 + who + 1) * 0x9e3779b97f4a7c15ull;

	brg_clock_sleep_ns((hash >> 32) % MAX_SKEW_NS);
}

static void *write_often(void *arg)
{
	struct shared *shared = arg;
	char data[BYTES];
	void *bad = NULL;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		memset(data, i & 1 ? 'a' : 'b', sizeof(data));
		pthread_barrier_wait(&shared->barrier);
		skew(i, 0);
		if (pwrite(shared->fd, data, sizeof(data), 0) != sizeof(data))
			bad = arg;
	}
	return bad;
}

/* In how many rounds were the two pages read of two writes? */
static unsigned int nr_torn(struct shared *shared)
{
	unsigned int nr = 0, i;
	char data[BYTES];
	pthread_t thread;
	void *bad;

	assert_int_equal(pthread_create(&thread, NULL, write_often, shared), 0);
	for (i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(&shared->barrier);
		skew(i, 1);
		if (pread(shared->fd, data, sizeof(data), 0) != sizeof(data))
			fail_msg("cannot read");
		nr += data[0] != data[BYTES - 1];
	}
	assert_int_equal(pthread_join(thread, &bad), 0);
	assert_null(bad);
	return nr;
}

static void amplifier_narrow_race_is_lost(void **state)
{
	struct shared shared = { .fd = memfd_create("torn", MFD_CLOEXEC) };
	unsigned int without, with;
	char data[BYTES] = { 0 };
	int id;

	assert_true(shared.fd >= 0);
	assert_int_equal(pwrite(shared.fd, data, sizeof(data), 0),
			 sizeof(data));
	assert_int_equal(pthread_barrier_init(&shared.barrier, NULL, 2), 0);
	without = nr_torn(&shared);
	id = points_add(
		"copy_page_to_iter<shmem_file_read_iter:0..10ms,seed=1");
	with = nr_torn(&shared);
	print_message("# of %d, %u without and %u with delays\n", ROUNDS,
		      without, with);
	assert_int_equal(points_stats(id).acted, 2 * ROUNDS);
	assert_true(with > 3 * without + 5);
	pthread_barrier_destroy(&shared.barrier);
	close(shared.fd);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(amplifier_narrow_race_is_lost,
					points_setup, points_teardown),
};

const struct guest_suite guest_amplifier_race = GUEST_SUITE(tests);
