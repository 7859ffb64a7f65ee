// SPDX-License-Identifier: GPL-2.0-only
/*
 * A defect of Linux 7.3 of which the window is short, tried many times as a user
 * would come by it: without help, with a delay, and with a meeting of the two tasks.
 * It fails on the kernel as it was released, by the test.
 */
#include "actor.h"
#include "fixture.h"
#include "guest.h"
#include "points.h"

#include <barrage/clock.h>
#include <barrage/p2pmem.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 12
/* Far more than it takes to unbind the driver */
#define PATIENCE_S 3
/* Either may be the first: the one goes after half of it, the other before its end */
#define MAX_SKEW_NS 40000000ull

static struct actor provider;
static pid_t child;

static void end_child(void)
{
	if (child <= 0)
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	child = 0;
}

static int setup(void **state)
{
	fixture_begin(NULL);
	return 0;
}

static int teardown(void **state)
{
	end_child();
	points_end();
	actor_unbind(&provider);
	return fixture_end();
}

static void *unbind(void *arg)
{
	brg_clock_sleep_ns(MAX_SKEW_NS / 2);
	actor_unbind(&provider);
	return arg;
}

/* Map a page and keep it, some time after being told to go. */
static void map_and_keep(int go, uint64_t skew_ns)
{
	void *addr;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(go, &byte, 1) != 1)
		_exit(1);
	brg_clock_sleep_ns(skew_ns);
	if (brg_p2pmem_map(provider.bdf, PAGE, &addr))
		_exit(0);
	pause();
	_exit(0);
}

/* Does unbind wait for who maps memory at the same time, and unmaps it never? */
static bool unbind_waits(uint64_t skew_ns)
{
	struct timespec until;
	pthread_t thread;
	bool waits;
	int go[2];

	actor_bind(&provider, "PROVIDER");
	assert_good(actor_do(&provider, "add %d %#llx 0",
			     atoi(guest_role("PROVIDER_BAR")), 2 * MIB));
	assert_int_equal(pipe(go), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		map_and_keep(go[0], skew_ns);
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(pthread_create(&thread, NULL, unbind, NULL), 0);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	waits = pthread_timedjoin_np(thread, NULL, &until) != 0;
	end_child();
	if (waits)
		assert_int_equal(pthread_join(thread, NULL), 0);
	close(go[0]);
	close(go[1]);
	return waits;
}

static unsigned int nr_waits(void)
{
	unsigned int nr = 0, i;

	for (i = 0; i < ROUNDS; i++)
		nr += unbind_waits(i * (MAX_SKEW_NS / ROUNDS));
	return nr;
}

/*
 * As defect_mmap_during_unbind, but without priorities. Between the end of
 * kernfs_fop_mmap() and the VMA being linked there are few instructions, in which
 * unmap_mapping_range() finds nothing.
 */
static void defect_mmap_during_unbind_often(void **state)
{
	unsigned int plain = nr_waits(), delayed, met;
	int slow;

	slow = points_add("kernfs_fop_mmap+return:hold=100ms");
	delayed = nr_waits();
	assert_true(points_stats(slow).acted > 0);
	points_clear();
	slow = points_add("kernfs_fop_mmap+return:0us,meet=0a,wait=1s");
	points_add("unmap_mapping_range+return:0us,meet=0b");
	met = nr_waits();
	print_message("# of %d rounds: %u plain, %u with a delay, %u with a "
		      "meeting (%llu met)\n",
		      ROUNDS, plain, delayed, met,
		      (unsigned long long)points_stats(slow).met);
	if (plain || delayed || met)
		fail_msg("unbind waited for munmap() in %u of %d rounds",
			 plain + delayed + met, 3 * ROUNDS);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(defect_mmap_during_unbind_often, setup,
					teardown),
};

const struct guest_suite guest_defects_often = GUEST_SUITE(tests);
