// SPDX-License-Identifier: GPL-2.0-only
/*
 * Defects of drivers/pci/p2pdma.c in Linux 7.3. Each of these tests fails on
 * the kernel as it was released, by the oracle that its comment names. "The
 * log" is a report in the kernel log, which the fixture reads at the end.
 */
#include "actor.h"
#include "fault.h"
#include "fixture.h"
#include "guest.h"
#include "points.h"

#include <barrage/clock.h>
#include <barrage/p2pmem.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_S 60
#define POLL_NS 1000000ull

/* Far from all else: to map a page here needs page tables. */
#define EMPTY ((void *)0x300000000000ull)

static struct actor provider, client;
static pid_t child;

static int setup(void **state)
{
	fixture_begin(NULL);
	actor_bind(&provider, "PROVIDER");
	return 0;
}

static int teardown(void **state)
{
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		child = 0;
	}
	points_end();
	actor_unbind(&client);
	actor_unbind(&provider);
	return fixture_end();
}

static unsigned int bar_of_provider(void)
{
	return (unsigned int)atoi(guest_role("PROVIDER_BAR"));
}

static int add(uint64_t size, uint64_t offset)
{
	return actor_do(&provider, "add %u %#llx %#llx", bar_of_provider(),
			(unsigned long long)size, (unsigned long long)offset);
}

/* Oracle: the log. KASAN finds the freed pagemap at unbind. */
static void defect_add_fails_then_unbind(void **state)
{
	fault_arm(FAULT_OBJECT, "gen_pool_add_owner", 1);
	assert_errno(add(16 * MIB, 0), ENOMEM);
	assert_true(fault_disarm());
	assert_good(add(16 * MIB, 0));
	actor_unbind(&provider);
}

/*
 * Oracle: the test. The attribute of memory that is there goes away. Some
 * allocations can be done without, so the next try takes another range.
 */
static void defect_add_fails_beside_other_memory(void **state)
{
	unsigned int nth, failed = 0;
	bool fired = true;
	void *addr;
	int ret;

	assert_good(add(2 * MIB, 0));
	for (nth = 1; fired; nth++) {
		assert_true(nth < 32);
		fault_arm(FAULT_OBJECT, "__devm_add_action", nth);
		ret = add(2 * MIB, nth * 2 * MIB);
		fired = fault_disarm();
		if (!ret)
			continue;
		assert_int_equal(ret, -ENOMEM);
		failed++;
		assert_good(brg_p2pmem_map(provider.bdf, PAGE, &addr));
		munmap(addr, PAGE);
	}
	assert_true(failed > 0);
}

static void read_byte(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		_exit(1);
}

/* Map a page, with a fault, when told. For a process of its own. */
static void map_with_fault(int go)
{
	char path[BRG_SYSFS_PATH_BYTES];
	void *addr;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	brg_sysfs_path(path, sizeof(path), "bus/pci/devices/%s/p2pmem/allocate",
		       provider.bdf);
	fd = open(path, O_RDWR | O_CLOEXEC);
	read_byte(go);
	fault_arm(FAULT_PAGE, "p2pmem_alloc_mmap", 1);
	addr = mmap(EMPTY, PAGE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);
	_exit(addr == MAP_FAILED && errno == ENOMEM ? 0 : 2);
}

/*
 * Oracle: the log. The page that one process could not map is free for
 * another before its count is reset. The first is made slow in between.
 */
static void defect_page_free_before_its_count(void **state)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_S * 1000000000ull;
	void *rest, *addr;
	int go[2], status, slow;

	assert_good(add(16 * MIB, 0));
	/* one page is left, so that both get the same */
	assert_good(brg_p2pmem_map(provider.bdf, 16 * MIB - PAGE, &rest));
	assert_int_equal(pipe(go), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		map_with_fault(go[0]);
	slow = points_add("gen_pool_free_owner+return:hold=5s,most=1,pid=%d",
			  child);
	assert_int_equal(write(go[1], "", 1), 1);
	points_await(slow);
	while (brg_p2pmem_map(provider.bdf, PAGE, &addr))
		assert_true(brg_clock_left_ms(end) > 0);
	points_release(slow);
	assert_int_equal(waitpid(child, &status, 0), child);
	child = 0;
	assert_int_equal(status, 0);
	assert_int_equal(guest_touch(addr, true), 0);
	munmap(addr, PAGE);
	munmap(rest, 16 * MIB - PAGE);
	close(go[0]);
	close(go[1]);
}

static pid_t reader_tid;

static void *read_provider(void *arg)
{
	const int *go = arg;

	__atomic_store_n(&reader_tid, gettid(), __ATOMIC_RELEASE);
	read_byte(go[0]);
	actor_do(&client, "distance %s", provider.bdf);
	return NULL;
}

/*
 * Oracle: the log. KASAN finds a reader of struct pci_p2pdma that is freed.
 * The reader is slow between rcu_dereference() and the access.
 */
static void defect_free_below_readers(void **state)
{
	pthread_t thread;
	int go[2], slow;

	actor_bind(&client, "EDU");
	assert_good(actor_do(&provider, "init"));
	assert_int_equal(pipe(go), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_provider, go), 0);
	while (!__atomic_load_n(&reader_tid, __ATOMIC_ACQUIRE))
		sched_yield();
	slow = points_add("xa_store:hold=3s,most=1,tid=%d", reader_tid);
	assert_int_equal(write(go[1], "", 1), 1);
	points_await(slow);
	actor_unbind(&provider);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(go[0]);
	close(go[1]);
}

/*
 * Oracle: the test, and the log. The process that allocates dies in the
 * kernel, with the driver's lock: the device is left to it.
 */
static void defect_alloc_without_pool(void **state)
{
	int status;

	assert_good(actor_do(&provider, "init"));
	child = fork();
	assert_true(child >= 0);
	if (!child)
		_exit(actor_do(&provider, "alloc %u", 4096) == -ENOMEM ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	child = 0;
	if (WIFSIGNALED(status)) {
		provider.bdf = NULL;
		fail_msg("killed by signal %d", WTERMSIG(status));
	}
	assert_int_equal(status, 0);
}

static void pin_to_first_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		_exit(3);
}

/* Map all, say so, wait, and exit with the signal that access raises. */
static void map_all(int go, int done)
{
	void *addr;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin_to_first_cpu();
	if (brg_p2pmem_map(provider.bdf, 64 * MIB, &addr) ||
	    write(done, "", 1) != 1)
		_exit(1);
	read_byte(go);
	_exit(guest_touch(addr, false));
}

static void *unbind_first(void *arg)
{
	struct sched_param param = { .sched_priority = 1 };
	struct brg_p2pmem pool;

	pin_to_first_cpu();
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		_exit(3);
	/* until the other one is inside mmap() */
	do {
		brg_clock_sleep_ns(POLL_NS);
		if (brg_p2pmem_read(provider.bdf, &pool))
			_exit(4);
	} while (pool.available_bytes == pool.size_bytes);
	actor_unbind(&provider);
	return NULL;
}

/*
 * Oracle: the test. One process maps memory while another unbinds the driver.
 * Both are on one processor and the latter has priority: it runs as soon as
 * kernfs lets it, before mmap() links the VMA. Unbind must not wait for a
 * process to unmap of its own accord.
 */
static void defect_mmap_during_unbind(void **state)
{
	struct timespec until;
	int go[2], done[2], status, ret;
	pthread_t thread;

	assert_good(add(64 * MIB, 0));
	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(done), 0);
	assert_int_equal(pthread_create(&thread, NULL, unbind_first, NULL), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		map_all(go[0], done[1]);
	read_byte(done[0]);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	ret = pthread_timedjoin_np(thread, NULL, &until);
	if (ret) {
		kill(child, SIGKILL);
		pthread_join(thread, NULL);
		fail_msg("unbind waited for munmap(): %s", strerror(ret));
	}
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	child = 0;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), SIGBUS);
	close(go[0]);
	close(go[1]);
	close(done[0]);
	close(done[1]);
}

#define DEFECT(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	DEFECT(defect_add_fails_then_unbind),
	DEFECT(defect_add_fails_beside_other_memory),
	DEFECT(defect_page_free_before_its_count),
	DEFECT(defect_free_below_readers),
	DEFECT(defect_alloc_without_pool),
	DEFECT(defect_mmap_during_unbind),
};

const struct guest_suite guest_defects_p2pdma = GUEST_SUITE(tests);
