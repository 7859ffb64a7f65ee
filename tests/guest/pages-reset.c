// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reset of a device whose memory has pages: it waits for I/O that has some of
 * them, keeps more from starting, and afterwards all is as before.
 */
#include "children.h"
#include "pages.h"

#include "stuck.h"

#include <barrage/clock.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#define MS 1000000ull

struct later {
	const struct guest *guest;
	atomic_bool done;
	pthread_t thread;
	int ret;
};

static void *reset_now(void *arg)
{
	struct later *later = arg;

	later->ret = brg_vfio_reset(&later->guest->vfio);
	later->done = true;
	return NULL;
}

/* returns when the reset has taken the memory out of use */
static void start_reset(struct later *later, uint8_t *untouched)
{
	uint64_t end = brg_clock_now_ns() + 30000 * MS;

	assert_int_equal(pthread_create(&later->thread, NULL, reset_now, later),
			 0);
	while (guest_touch(untouched, false) != SIGBUS)
		if (!brg_clock_left_ms(end))
			fail_msg("the reset does not freeze the memory");
}

static int finish_reset(struct later *later)
{
	assert_int_equal(pthread_join(later->thread, NULL), 0);
	return later->ret;
}

static void expect_all_works(uint8_t *map)
{
	assert_int_equal(guest_touch(map, true), 0);
	assert_int_equal(guest_touch(map + PAGES_LEN - PAGE, true), 0);
	pages_expect_direct(map, true);
	pages_expect_direct(map + PAGES_LEN - PAGE, true);
}

static void a_mapping_works_again_after_a_reset(void **state)
{
	const struct guest *guest = *state;
	uint8_t *map = pages_begin(guest);
	int i;

	for (i = 0; i < 3; i++) {
		expect_all_works(map);
		assert_good(brg_vfio_reset(&guest->vfio));
	}
	expect_all_works(map);
	/* and all of it can still go */
	pages_close();
	pages_export(guest);
	expect_all_works(map);
}

static void a_reset_waits_for_the_pin(void **state)
{
	const struct guest *guest = *state;
	struct later later = { .guest = guest };
	uint8_t *map = pages_begin(guest);

	stuck_start(map);
	start_reset(&later, map + PAGE);
	assert_false(later.done);
	/* neither the CPU nor I/O gets at it, nor does anything new begin */
	assert_int_equal(guest_touch(map, true), SIGBUS);
	assert_errno(pages_read(map, PAGE), EFAULT);
	assert_errno(pages_read(map + 2 * PAGE, PAGE), EFAULT);
	assert_errno(pages_get_range(guest, 16 * MIB, 2 * MIB), EBUSY);
	assert_false(later.done);
	stuck_end();
	assert_good(finish_reset(&later));
	expect_all_works(map);
}

static void it_waits_for_what_a_dma_buf_left_behind(void **state)
{
	const struct guest *guest = *state;
	struct later later = { .guest = guest };
	uint8_t *map = pages_begin(guest);
	void *other;
	int fd;

	/* another one, to see by its mapping that the reset has begun */
	fd = pages_get_range(guest, 0, 2 * MIB);
	assert_true(fd >= 0);
	assert_good(brg_vfio_map(&guest->vfio, guest->bar, 0, PAGE, &other));
	stuck_start(map);
	pages_close();
	start_reset(&later, other);
	assert_false(later.done);
	stuck_end();
	assert_good(finish_reset(&later));
	munmap(other, PAGE);
	close(fd);
	pages_export(guest);
	expect_all_works(map);
}

/*
 * The I/O has a page pinned when the reset begins, and faults another one while
 * that waits for the first. A fault that slept would never end, nor the reset.
 */
static void io_that_needs_a_fault_to_end_does_not_hang(void **state)
{
	const struct guest *guest = *state;
	struct later later = { .guest = guest };
	uint8_t *map = pages_begin(guest);

	stuck_start_before(map, map + PAGE);
	start_reset(&later, map + 2 * PAGE);
	stuck_end();
	assert_good(finish_reset(&later));
	expect_all_works(map);
}

static void waiting_has_a_limit(void **state)
{
	const struct guest *guest = *state;
	uint8_t *map = pages_begin(guest);
	uint64_t start = brg_clock_now_ns();

	stuck_start(map);
	assert_errno(brg_vfio_reset(&guest->vfio), EBUSY);
	assert_in_range((brg_clock_now_ns() - start) / MS, 50000, 120000);
	/* nothing was reset, and the memory is as it was */
	expect_all_works(map);
	stuck_end();
	assert_good(brg_vfio_reset(&guest->vfio));
}

static void a_process_that_waits_can_be_killed(void **state)
{
	const struct guest *guest = *state;
	uint8_t *map = pages_begin(guest);
	uint64_t end, start;
	pid_t pid;

	stuck_start(map);
	pid = child_start();
	if (!pid) {
		brg_vfio_reset(&guest->vfio);
		_exit(1);
	}
	end = brg_clock_now_ns() + 30000 * MS;
	while (guest_touch(map + PAGE, false) != SIGBUS)
		if (!brg_clock_left_ms(end))
			fail_msg("the reset does not freeze the memory");
	start = brg_clock_now_ns();
	child_kill(pid);
	assert_in_range((brg_clock_now_ns() - start) / MS, 0, 20000);
	expect_all_works(map);
	stuck_end();
}

static void memory_that_is_off_is_out_of_use(void **state)
{
	const struct guest *guest = *state;
	uint8_t *map = pages_begin(guest);

	expect_all_works(map);
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_int_equal(guest_touch(map, true), SIGBUS);
	assert_errno(pages_read(map, PAGE), EFAULT);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	expect_all_works(map);
	/* closed meanwhile, and again with pages after that */
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	pages_close();
	assert_int_equal(guest_touch(map, true), SIGBUS);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_int_equal(guest_touch(map, true), 0);
	pages_export(guest);
	expect_all_works(map);
}

struct race {
	const struct guest *guest;
	uint8_t *map;
	atomic_bool stop;
	_Atomic int wrong;
};

static void *read_on(void *arg)
{
	struct race *race = arg;
	int ret;

	while (!race->stop) {
		ret = pages_read(race->map, 16 * PAGE);
		/* a short read where the reset comes in between */
		if (ret && ret != -EFAULT && ret != -EIO)
			race->wrong = ret;
	}
	return NULL;
}

static void resets_and_io_can_go_on_together(void **state)
{
	struct race race = { .guest = *state };
	pthread_t threads[2];
	int i;

	race.map = pages_begin(*state);
	pages_disk();
	for (i = 0; i < 2; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, read_on, &race), 0);
	for (i = 0; i < 10; i++)
		assert_good(brg_vfio_reset(&race.guest->vfio));
	race.stop = true;
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_good(race.wrong);
	expect_all_works(race.map);
}

static const struct CMUnitTest tests[] = {
	PAGES_TEST(a_mapping_works_again_after_a_reset),
	PAGES_TEST(a_reset_waits_for_the_pin),
	PAGES_TEST(it_waits_for_what_a_dma_buf_left_behind),
	PAGES_TEST(io_that_needs_a_fault_to_end_does_not_hang),
	PAGES_TEST(waiting_has_a_limit),
	PAGES_TEST(a_process_that_waits_can_be_killed),
	PAGES_TEST(memory_that_is_off_is_out_of_use),
	PAGES_TEST(resets_and_io_can_go_on_together),
};

const struct guest_suite guest_pages_reset = GUEST_SUITE(tests);
