// SPDX-License-Identifier: GPL-2.0-only
/* Pages that come and go while others use what is beside them, or they */
#include "children.h"
#include "pages.h"

#include <barrage/clock.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS 1000000ull
#define FLAG VFIO_DMA_BUF_FLAG_ALLOC_STRUCT_PAGES
#define NR_READERS 2

struct race {
	uint8_t *map;
	atomic_bool stop;
	_Atomic int wrong;
	_Atomic unsigned long done;
};

static void end_race(struct race *race, pthread_t *threads, int nr)
{
	race->stop = true;
	while (nr--)
		assert_int_equal(pthread_join(threads[nr], NULL), 0);
	assert_int_equal(race->wrong, 0);
	assert_true(race->done);
}

static void *read_what_may_go(void *arg)
{
	struct race *race = arg;
	int ret;

	while (!race->stop) {
		ret = pages_read(race->map, 16 * PAGE);
		race->done += !ret;
		/* EEXIST: page frames; EIO: they were that in the middle */
		if (ret && ret != -EFAULT && ret != -EEXIST && ret != -EIO)
			race->wrong = ret;
	}
	return NULL;
}

static void begin_readers(struct race *race, pthread_t *threads)
{
	int i;

	pages_disk();
	for (i = 0; i < NR_READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						read_what_may_go, race),
				 0);
}

static int export_until_it_works(const struct guest *guest)
{
	uint64_t end = brg_clock_now_ns() + 30000 * MS;
	int fd;

	while ((fd = pages_get_range(guest, PAGES_OFFSET, PAGES_LEN)) == -EBUSY)
		if (!brg_clock_left_ms(end))
			fail_msg("the pages stay, though the I/O ends");
	assert_true(fd >= 0);
	return fd;
}

static void closing_and_io_can_go_on_together(void **state)
{
	struct race race = { .map = pages_begin(*state) };
	pthread_t threads[NR_READERS];
	int i, fd;

	begin_readers(&race, threads);
	pages_close();
	for (i = 0; i < 100; i++) {
		fd = export_until_it_works(*state);
		if (i % 10 == 0)
			while (race.done < (unsigned long)i / 10 + 1)
				sched_yield();
		close(fd);
	}
	end_race(&race, threads, NR_READERS);
	/* no page is left that is in use, or was lost */
	close(export_until_it_works(*state));
	pages_expect_direct(race.map, false);
	pages_export(*state);
	pages_expect_direct(race.map, true);
}

static void *touch_what_stays(void *arg)
{
	struct race *race = arg;
	int i, sig;

	for (i = 0; !race->stop; i++) {
		sig = guest_touch(race->map + i % 512 * PAGE, i & 512);
		if (sig)
			race->wrong = sig;
		race->done++;
	}
	return NULL;
}

/* The mapping can have pages, since others of its memory do. */
static void exporting_disturbs_no_access_by_the_cpu(void **state)
{
	const struct vfio_region_dma_range ranges[] = {
		{ 6 * MIB, 2 * MIB },  { 8 * MIB, 2 * MIB },
		{ 10 * MIB, 2 * MIB }, { 12 * MIB, 2 * MIB },
		{ 14 * MIB, 2 * MIB },
	};
	const struct guest *guest = *state;
	struct race race = {};
	pthread_t thread;
	int i, fd;

	pages_export(guest);
	race.map = pages_map_at(guest, PAGES_OFFSET, 12 * MIB) + 2 * MIB;
	assert_int_equal(pthread_create(&thread, NULL, touch_what_stays, &race),
			 0);
	for (i = 0; i < 50 && !race.wrong; i++) {
		fd = pages_get(guest, FLAG, 5, ranges);
		assert_true(fd >= 0);
		close(fd);
		/* with others that overlap it is undone half-way */
		assert_errno(pages_get_range(guest, 0, 16 * MIB), EBUSY);
	}
	end_race(&race, &thread, 1);
}

/* A child gets its page table entries from its parent, not from a fault. */
static void forks_and_resets_can_go_on_together(void **state)
{
	const struct guest *guest = *state;
	uint8_t *map = pages_begin(guest);
	int i, nr = 0, gate[2];
	pid_t pid[20];
	char byte;

	assert_int_equal(pipe(gate), 0);
	pages_disk();
	for (i = 0; i < 20; i++) {
		assert_int_equal(guest_touch(map + i * PAGE, true), 0);
		pid[nr++] = child_start();
		if (!pid[i]) {
			close(gate[1]);
			/* their last reset is over when the gate opens */
			while (read(gate[0], &byte, 1) > 0)
				;
			_exit(guest_touch(map + i * PAGE, true) ||
			      pages_read(map + i * PAGE, PAGE));
		}
		/* which waits until no child has a page either */
		assert_good(brg_vfio_reset(&guest->vfio));
	}
	close(gate[0]);
	close(gate[1]);
	while (nr--) {
		assert_int_equal(child_wait(pid[nr]), 0);
	}
}

static void *fork_on(void *arg)
{
	struct race *race = arg;
	int status;
	pid_t pid;

	while (!race->stop) {
		pid = fork();
		if (!pid)
			_exit(0);
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			race->wrong = 1;
		race->done++;
	}
	return NULL;
}

static void a_fork_in_the_middle_of_a_reset_keeps_no_page(void **state)
{
	const struct guest *guest = *state;
	struct race race = { .map = pages_begin(guest) };
	pthread_t thread;
	int i, page;

	assert_int_equal(pthread_create(&thread, NULL, fork_on, &race), 0);
	for (i = 0; i < 20; i++) {
		for (page = 0; page < 512; page++)
			*(volatile uint8_t *)(race.map + page * PAGE) = 1;
		assert_good(brg_vfio_reset(&guest->vfio));
	}
	end_race(&race, &thread, 1);
}

/*
 * Files that are closed in one go are gone in the reverse order: the device
 * before the dma-buf, whose pages it must not wait for then.
 */
static void closing_all_in_one_go_is_quick(void **state)
{
	struct guest *guest = *state;
	struct brg_vfio *vfio = &guest->vfio;
	uint64_t start;
	int status;
	pid_t pid;

	brg_vfio_close(vfio);
	pid = child_start();
	if (!pid) {
		if (brg_vfio_open(guest->bdf, vfio))
			_exit(1);
		pages_export(guest);
		status = fcntl(vfio->fd, F_DUPFD_CLOEXEC, 500);
		if (status < 0 || close(vfio->fd))
			_exit(1);
		vfio->fd = status;
		_exit(brg_vfio_set_memory(vfio, false) ? 1 : 0);
	}
	start = brg_clock_now_ns();
	assert_int_equal(child_wait(pid), 0);
	assert_good(brg_vfio_open(guest->bdf, vfio));
	assert_in_range((brg_clock_now_ns() - start) / MS, 0, 4000);
	pages_begin(guest);
}

static const struct CMUnitTest tests[] = {
	PAGES_TEST(closing_and_io_can_go_on_together),
	PAGES_TEST(exporting_disturbs_no_access_by_the_cpu),
	PAGES_TEST(forks_and_resets_can_go_on_together),
	PAGES_TEST(a_fork_in_the_middle_of_a_reset_keeps_no_page),
	PAGES_TEST(closing_all_in_one_go_is_quick),
};

const struct guest_suite guest_pages_races = GUEST_SUITE(tests);
