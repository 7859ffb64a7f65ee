// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resets under load. Processes that do not have the device open read from a
 * slow disk into its memory, all the time, so that transfers are in flight
 * whenever a reset comes. After it has returned, none of them may arrive: no
 * byte of the memory changes until somebody asks for new I/O.
 *
 * Nobody does before the memory was looked at twice: at once, and when the last
 * of the old I/O has come to its end.
 */
#include "reset.h"

#include "children.h"

#include <barrage/clock.h>
#include <barrage/env.h>
#include <barrage/mmio.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NR_WORKERS 8
#define NR_RESETS 8
#define NR_RESETS_SLOWLY 4 /* where the kernel has checkers */
#define IO_BYTES (128 * 1024)
#define DISK_BYTES (8 * MIB)
#define BAR_BYTES (2 * MIB)
/* of each block of the disk, in which no two blocks are the same */
#define BLOCK_BYTES BRG_BLOCK_MIN_BYTES
#define HEAD_BYTES 64
#define NR_BLOCKS (BAR_BYTES / BLOCK_BYTES)
#define SEED 20261121u
#define PATIENCE_NS (120000 * MS)

/* shared with the workers */
struct epoch {
	atomic_bool closed; /* no new I/O */
	atomic_bool stop;
	struct {
		atomic_bool asking; /* for memory */
		atomic_bool resting; /* has no I/O */
		atomic_uint issued; /* about to be in flight */
		unsigned int good; /* verified, every byte */
		unsigned int zapped; /* ended well, but could not be read */
		unsigned int refused; /* EFAULT: taken away before */
	} worker[NR_WORKERS];
	struct brg_block_stamp stamp;
};

static struct epoch *epoch;
static pid_t workers[NR_WORKERS];
static uint8_t *before, *after;
static sigjmp_buf bus_error;

static void on_bus_error(int sig)
{
	siglongjmp(bus_error, 1);
}

/* 0: it is what the disk has; 1: taken away; or -EILSEQ */
static int verify(const uint8_t *bar, uint8_t *host, uint64_t offset)
{
	if (sigsetjmp(bus_error, 1))
		return 1;
	brg_mmio_load(host, bar, IO_BYTES);
	return brg_block_check(host, IO_BYTES, offset, &epoch->stamp, NULL);
}

/* 0; or what the worker's exit status says */
static int read_into(void *bar, unsigned int me, int disk, uint8_t *host,
		     unsigned int *seed)
{
	uint64_t offset =
		(uint64_t)rand_r(seed) % (DISK_BYTES / IO_BYTES) * IO_BYTES;
	ssize_t got;
	int ret;

	atomic_fetch_add(&epoch->worker[me].issued, 1);
	got = pread(disk, bar, IO_BYTES, (off_t)offset);
	if (got < 0 && errno == EFAULT)
		epoch->worker[me].refused++;
	else if (got < 0)
		return 11;
	/* short: a later page was taken away before */
	if (got < IO_BYTES)
		return 0;
	ret = verify(bar, host, offset);
	epoch->worker[me].good += !ret;
	epoch->worker[me].zapped += ret > 0;
	return ret < 0 ? 12 : 0;
}

/* I/O to memory of before a reset is refused: new memory is all there is to it */
static int work_once(const char *bdf, unsigned int me, int disk, uint8_t *host,
		     unsigned int *seed)
{
	int ret = -EAGAIN;
	void *bar;

	atomic_store(&epoch->worker[me].asking, true);
	if (!atomic_load(&epoch->closed)) {
		atomic_store(&epoch->worker[me].resting, false);
		ret = brg_p2pmem_map(bdf, IO_BYTES, &bar);
	}
	atomic_store(&epoch->worker[me].asking, false);
	if (!ret) {
		ret = read_into(bar, me, disk, host, seed);
		munmap(bar, IO_BYTES);
	} else if (ret == -EAGAIN || ret == -ENOMEM) {
		/* frozen, or none left of what others still hold */
		brg_clock_sleep_ns(MS);
		ret = 0;
	} else {
		ret = 10;
	}
	atomic_store(&epoch->worker[me].resting, true);
	return ret;
}

static int work(const struct guest *guest, unsigned int me)
{
	struct sigaction action = { .sa_handler = on_bus_error };
	unsigned int seed = SEED + me;
	int disk, ret = 0;
	uint8_t *host;

	close(guest->vfio.fd);
	sigaction(SIGBUS, &action, NULL);
	disk = open(guest_role("SLOW"), O_RDONLY | O_DIRECT | O_CLOEXEC);
	host = malloc(IO_BYTES);
	if (disk < 0 || !host)
		return 20;
	while (!ret && !atomic_load(&epoch->stop))
		ret = work_once(guest->bdf, me, disk, host, &seed);
	return ret;
}

/* a worker that ended has found something */
static void expect_workers(void)
{
	int i, status;

	for (i = 0; i < NR_WORKERS; i++) {
		if (workers[i] && waitpid(workers[i], &status, WNOHANG) > 0) {
			workers[i] = 0;
			fail_msg(
				"worker %d ended: %#x (10: mmap, 11: read, 12: wrong data)",
				i, status);
		}
	}
}

static void await_flag(const atomic_bool *flag, bool wanted)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	while (atomic_load(flag) != wanted) {
		expect_workers();
		if (!brg_clock_left_ms(end))
			fail_msg("I/O does not end");
		brg_clock_sleep_ns(MS);
	}
}

/* from here on nobody asks for memory; what has some goes on */
static void close_gate(void)
{
	int i;

	atomic_store(&epoch->closed, true);
	for (i = 0; i < NR_WORKERS; i++)
		await_flag(&epoch->worker[i].asking, false);
}

/* all that was under way has come to its end */
static void await_rest(void)
{
	int i;

	for (i = 0; i < NR_WORKERS; i++)
		await_flag(&epoch->worker[i].resting, true);
}

static unsigned int nr_issued(void)
{
	unsigned int i, nr = 0;

	for (i = 0; i < NR_WORKERS; i++)
		nr += atomic_load(&epoch->worker[i].issued);
	return nr;
}

/* until each worker has had time to get some I/O under way */
static void await_load(unsigned int more)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	unsigned int start = nr_issued();

	while (nr_issued() - start < more) {
		expect_workers();
		if (!brg_clock_left_ms(end))
			fail_msg("no I/O is done");
		brg_clock_sleep_ns(MS);
	}
}

static void fill_slow_disk(void)
{
	static bool done;
	int fd = open(guest_role("SLOW"), O_RDWR | O_DIRECT | O_CLOEXEC);
	uint8_t *host = mmap(NULL, MIB, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t at;

	assert_true(fd >= 0);
	assert_ptr_not_equal(host, MAP_FAILED);
	for (at = 0; !done && at < DISK_BYTES; at += MIB) {
		assert_good(brg_block_fill(host, MIB, at, &epoch->stamp));
		assert_int_equal(pwrite(fd, host, MIB, (off_t)at), MIB);
	}
	done = true;
	munmap(host, MIB);
	close(fd);
}

/* All that a transfer changes, and little enough to be read in no time. */
static void look(const struct reset *r, uint8_t *copy)
{
	size_t i;

	for (i = 0; i < NR_BLOCKS; i++)
		assert_good(brg_vfio_read(&r->guest.vfio, r->guest.bar,
					  i * BLOCK_BYTES,
					  copy + i * HEAD_BYTES, HEAD_BYTES));
}

static void expect_same(unsigned int round)
{
	size_t i;

	for (i = 0; i < NR_BLOCKS; i++)
		if (memcmp(before + i * HEAD_BYTES, after + i * HEAD_BYTES,
			   HEAD_BYTES))
			fail_msg(
				"reset %u: the block at %#zx changed after the reset had returned",
				round, i * BLOCK_BYTES);
}

static int setup(void **state)
{
	reset_setup(state);
	epoch = mmap(NULL, sizeof(*epoch), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	before = malloc(NR_BLOCKS * HEAD_BYTES);
	after = malloc(NR_BLOCKS * HEAD_BYTES);
	assert_true(epoch != MAP_FAILED && before && after);
	return 0;
}

static void start_load(struct reset *r)
{
	unsigned int i;

	epoch->stamp = r->stamp;
	epoch->stamp.generation = 1;
	fill_slow_disk();
	assert_good(
		brg_p2p_register(&r->guest.vfio, r->guest.bar, 0, BAR_BYTES));
	for (i = 0; i < NR_WORKERS; i++) {
		workers[i] = child_start();
		if (!workers[i])
			_exit(work(&r->guest, i));
	}
}

static int teardown(void **state)
{
	int i;

	atomic_store(&epoch->stop, true);
	for (i = 0; i < NR_WORKERS; i++) {
		if (workers[i])
			waitpid(workers[i], NULL, 0);
		workers[i] = 0;
	}
	munmap(epoch, sizeof(*epoch));
	free(before);
	free(after);
	return reset_teardown(state);
}

static unsigned int nr_resets(void)
{
	struct brg_env env;

	brg_env_read(&env);
	return brg_env_has_checkers(&env) ? NR_RESETS_SLOWLY : NR_RESETS;
}

static void lets_no_transfer_arrive_afterwards(void **state)
{
	struct reset *r = *state;
	unsigned int round, i, good = 0, seed = SEED, nr = nr_resets();

	start_load(r);
	for (round = 0; round < nr; round++) {
		atomic_store(&epoch->closed, false);
		await_load(NR_WORKERS + (unsigned int)rand_r(&seed) % 16);
		close_gate();
		assert_good(reset_begin(r));
		reset_finish(r);
		look(r, before);
		await_rest();
		look(r, after);
		expect_same(round);
		guest_expect_state(&r->guest, VFIO_P2P_STATE_LIVE);
	}
	atomic_store(&epoch->closed, false);
	await_load(NR_WORKERS);
	close_gate();
	await_rest();
	expect_workers();
	for (i = 0; i < NR_WORKERS; i++)
		good += epoch->worker[i].good;
	assert_true(good);
	guest_await_available(&r->guest, BAR_BYTES);
}

#define EPOCH_TEST(path_)                                                      \
	{                                                                      \
		.name = #path_ "_lets_no_transfer_arrive_afterwards",          \
		.test_func = lets_no_transfer_arrive_afterwards,               \
		.setup_func = setup, .teardown_func = teardown,                \
		.initial_state = (void *)&path_,                               \
	}

static const struct CMUnitTest tests[] = {
	EPOCH_TEST(reset_vfio),	      EPOCH_TEST(reset_hot),
	EPOCH_TEST(reset_memory_off), EPOCH_TEST(reset_sysfs),
	EPOCH_TEST(reset_bridge),     EPOCH_TEST(reset_low_power),
};

const struct guest_suite guest_reset_epoch = GUEST_SUITE(tests);
