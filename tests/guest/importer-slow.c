// SPDX-License-Identifier: GPL-2.0-only
/*
 * Importers that take their time to give the memory up: who takes it back waits
 * for that, and for nothing else.
 */
#include "children.h"
#include "importer.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define DELAY_MS 600
/* of two at once: there is time to tell both before one is done */
#define TWICE_MS 6000
#define SLACK_NS (IMPORTER_SLACK_MS * IMPORTER_MS)
#define PATIENCE_MS 30000

static int take_back(void *arg)
{
	const struct guest *guest = arg;

	return brg_dmabuf_revoke(&guest->vfio, importer_get()->dmabuf);
}

static int reset(void *arg)
{
	const struct guest *guest = arg;

	return brg_vfio_reset(&guest->vfio);
}

static int close_device(void *arg)
{
	struct guest *guest = arg;

	brg_vfio_close(&guest->vfio);
	return 0;
}

/* Begun before the notification, ended soon after the mapping was gone */
static void expect_waited(const struct brg_importer *it, uint64_t ms)
{
	const struct guest_call *call = importer_get()->call;
	const struct brg_importer_status status = importer_await_revoked(it);

	assert_int_equal(status.nr_invalidated, 1);
	assert_int_equal(status.sum_ns, status.max_ns);
	assert_int_equal(status.max_ns,
			 status.unmapped_ns - status.notified_ns);
	assert_in_range(status.max_ns / IMPORTER_MS, ms,
			ms + IMPORTER_SLACK_MS);
	assert_true(call->begin_ns <= status.notified_ns);
	/* who waited may be back before the importer looks at the clock */
	assert_true(call->end_ns >= status.notified_ns + ms * IMPORTER_MS);
	assert_true(call->end_ns + SLACK_NS >= status.unmapped_ns);
	assert_true(call->end_ns <= status.unmapped_ns + SLACK_NS);
}

static void expect_call_waits(struct guest *guest, int (*call)(void *),
			      enum brg_importer_mode mode,
			      enum brg_importer_slow slow)
{
	const struct brg_importer *it = importer_use(guest, mode);

	assert_good(brg_importer_delay(it, slow, DELAY_MS));
	importer_start(call, guest);
	assert_good(importer_join());
	expect_waited(it, DELAY_MS);
}

static void importer_revoke_waits_for_a_slow_unmap(void **state)
{
	expect_call_waits(*state, take_back, BRG_IMPORTER_REVOCABLE,
			  BRG_IMPORTER_SLOW_UNMAP);
}

static void importer_revoke_waits_for_a_slow_notification(void **state)
{
	expect_call_waits(*state, take_back, BRG_IMPORTER_DYNAMIC,
			  BRG_IMPORTER_SLOW_NOTIFY);
}

static void importer_reset_waits_for_a_slow_unmap(void **state)
{
	const struct guest *guest = *state;

	expect_call_waits(*state, reset, BRG_IMPORTER_DYNAMIC,
			  BRG_IMPORTER_SLOW_UNMAP);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_good(brg_importer_delay(&importer_get()->it[0],
				       BRG_IMPORTER_SLOW_UNMAP, 0));
	importer_expect_works(guest, &importer_get()->it[0], 0, 1);
}

static void importer_close_waits_for_a_slow_unmap(void **state)
{
	expect_call_waits(*state, close_device, BRG_IMPORTER_REVOCABLE,
			  BRG_IMPORTER_SLOW_UNMAP);
	guest_await_open(*state);
}

static void importer_one_that_is_quick_is_not_waited_for(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);

	importer_start(take_back, *state);
	assert_good(importer_join());
	expect_waited(it, 0);
}

/* Both were told before either had done its part */
static void expect_overlap(struct brg_importer_status one,
			   struct brg_importer_status other)
{
	assert_int_equal(one.nr_invalidated, 1);
	assert_int_equal(other.nr_invalidated, 1);
	assert_true(one.unmapped_ns >=
		    one.notified_ns + TWICE_MS * IMPORTER_MS);
	assert_true(other.unmapped_ns >=
		    other.notified_ns + TWICE_MS * IMPORTER_MS);
	assert_true(one.notified_ns < other.unmapped_ns);
	assert_true(other.notified_ns < one.unmapped_ns);
}

static void importer_two_are_slow_at_the_same_time(void **state)
{
	const struct brg_importer *one =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);
	const struct brg_importer *other =
		importer_attach(2, BRG_IMPORTER_DYNAMIC);

	assert_good(brg_importer_delay(one, BRG_IMPORTER_SLOW_UNMAP, TWICE_MS));
	assert_good(
		brg_importer_delay(other, BRG_IMPORTER_SLOW_UNMAP, TWICE_MS));
	importer_start(take_back, *state);
	assert_good(importer_join());
	assert_true(importer_took_ms() >= TWICE_MS);
	expect_overlap(importer_await_revoked(one),
		       importer_await_revoked(other));
}

static void importer_no_dma_begins_once_it_is_told(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_DYNAMIC);
	uint64_t nr;

	assert_good(brg_importer_delay(it, BRG_IMPORTER_SLOW_UNMAP,
				       IMPORTER_LONG_MS));
	importer_start(take_back, *state);
	assert_good(brg_importer_await(it, 1, PATIENCE_MS));
	importer_expect_state(it, BRG_IMPORTER_INVALIDATED);
	nr = importer_status(it).nr_dmas;
	assert_errno(importer_dma(it, true, 0, 1), EAGAIN);
	assert_errno(brg_importer_map(it, BRG_IMPORTER_RW, NULL), EAGAIN);
	assert_int_equal(importer_status(it).nr_dmas, nr);
	assert_false(importer_is_done());
	/* its user gives it up by himself */
	assert_good(brg_importer_unmap(it, NULL));
	assert_good(importer_join());
	expect_waited(it, 0);
	assert_true(importer_took_ms() < IMPORTER_LONG_MS);
}

static void importer_its_end_ends_the_wait(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);

	assert_good(brg_importer_delay(it, BRG_IMPORTER_SLOW_UNMAP,
				       IMPORTER_LONG_MS));
	importer_start(take_back, *state);
	assert_good(brg_importer_await(it, 1, PATIENCE_MS));
	assert_false(importer_is_done());
	brg_importer_close(&importer_get()->it[0]);
	assert_good(importer_join());
	assert_true(importer_took_ms() < IMPORTER_LONG_MS);
}

/* Until killed; a byte once it has the memory, and one once it is told */
static void be_slow(const struct importer *test, int ready)
{
	struct brg_importer it;

	if (brg_importer_open(test->it[0].bdf, &it) ||
	    brg_importer_attach(&it, test->dmabuf, BRG_IMPORTER_REVOCABLE,
				NULL) ||
	    brg_importer_map(&it, BRG_IMPORTER_RW, NULL) ||
	    brg_importer_delay(&it, BRG_IMPORTER_SLOW_UNMAP,
			       IMPORTER_LONG_MS) ||
	    write(ready, "m", 1) != 1 ||
	    brg_importer_await(&it, 1, PATIENCE_MS) ||
	    write(ready, "t", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void importer_a_killed_one_ends_the_wait(void **state)
{
	const struct importer *test = importer_get();
	int ready[2];
	pid_t pid;

	importer_export(*state);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = child_start();
	if (!pid)
		be_slow(test, ready[1]);
	close(ready[1]);
	assert_int_equal(child_await(ready[0]), 'm');
	importer_start(take_back, *state);
	assert_int_equal(child_await(ready[0]), 't');
	assert_false(importer_is_done());
	child_kill(pid);
	assert_good(importer_join());
	assert_true(importer_took_ms() < IMPORTER_LONG_MS);
	close(ready[0]);
}

static const struct CMUnitTest tests[] = {
	IMPORTER_TEST(importer_revoke_waits_for_a_slow_unmap),
	IMPORTER_TEST(importer_revoke_waits_for_a_slow_notification),
	IMPORTER_TEST(importer_reset_waits_for_a_slow_unmap),
	IMPORTER_TEST(importer_close_waits_for_a_slow_unmap),
	IMPORTER_TEST(importer_one_that_is_quick_is_not_waited_for),
	IMPORTER_TEST(importer_two_are_slow_at_the_same_time),
	IMPORTER_TEST(importer_no_dma_begins_once_it_is_told),
	IMPORTER_TEST(importer_its_end_ends_the_wait),
	IMPORTER_TEST(importer_a_killed_one_ends_the_wait),
};

const struct guest_suite guest_importer_slow = GUEST_SUITE(tests);
