// SPDX-License-Identifier: GPL-2.0-only
/*
 * A region's memory is taken away while something else happens to the region.
 * Nothing waits for anything for ever, and nothing is used after it went: that
 * is KASAN's, lockdep's and kmemleak's to say.
 */
#include "verbs-traffic.h"

#include <barrage/clock.h>

#include <errno.h>
#include <infiniband/verbs.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define BYTES (VERBS_DEPTH * VERBS_TRAFFIC_BYTES)
#define ROUNDS 60
#define MAX_DELAY_NS 3000000u

static unsigned int seed = VERBS_SEED;

/* what the other thread does, once both are ready */
static struct {
	struct verbs *v;
	pthread_t thread;
	bool started, met, given_up;
	pthread_barrier_t start;
	int (*act)(struct verbs *v, int fd);
	int fd;
	uint64_t delay_ns;
	int result;
} other;

static void *run_other(void *arg)
{
	pthread_barrier_wait(&other.start);
	if (other.given_up)
		return arg;
	brg_clock_sleep_ns(other.delay_ns);
	other.result = other.act(other.v, other.fd);
	return arg;
}

static void start_other(struct verbs *v, int (*act)(struct verbs *, int),
			int fd)
{
	other.v = v;
	other.act = act;
	other.fd = fd;
	other.delay_ns = (unsigned int)rand_r(&seed) % MAX_DELAY_NS;
	other.result = -EINPROGRESS;
	other.met = false;
	other.given_up = false;
	assert_int_equal(pthread_barrier_init(&other.start, NULL, 2), 0);
	assert_int_equal(pthread_create(&other.thread, NULL, run_other, NULL),
			 0);
	other.started = true;
}

/* at about the same time: which is first is different each time */
static void meet_other(void)
{
	uint64_t ns = (unsigned int)rand_r(&seed) % MAX_DELAY_NS;

	other.met = true;
	pthread_barrier_wait(&other.start);
	brg_clock_sleep_ns(ns);
}

/* for the fixture, too: harmless without a start */
static void stop_other(void)
{
	if (!other.started)
		return;
	other.started = false;
	if (!other.met) {
		other.given_up = true;
		pthread_barrier_wait(&other.start);
	}
	pthread_join(other.thread, NULL);
	pthread_barrier_destroy(&other.start);
}

static void end_other(void)
{
	stop_other();
	assert_good(other.result);
}

static int revoke_it(struct verbs *v, int fd)
{
	return brg_dmabuf_revoke(&v->guest.vfio, fd);
}

static int reset_it(struct verbs *v, int fd)
{
	return brg_vfio_reset(&v->guest.vfio);
}

static void drain(struct verbs *v, unsigned int nr)
{
	struct brg_verbs_done done;

	while (nr--)
		assert_good(
			brg_verbs_wait(&v->pair, BRG_VERBS_PATIENCE_MS, &done));
	assert_good(brg_verbs_pair_reconnect(&v->pair));
}

static void deregistered_while_it_is_revoked(void **state)
{
	struct verbs *v = *state;
	struct brg_verbs_mr mr;
	int i, fd;

	for (i = 0; i < ROUNDS; i++) {
		fd = verbs_export(v, 0, BYTES);
		assert_good(verbs_reg(v, fd, BYTES, &mr));
		start_other(v, i % 2 ? revoke_it : reset_it, fd);
		meet_other();
		assert_good(brg_verbs_dereg(&mr));
		end_other();
		assert_good(brg_vfio_set_memory(&v->guest.vfio, true));
		close(fd);
	}
}

/* the region may be made before or after, or not at all */
static void registered_while_the_device_is_reset(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES), i, ret, made = 0;
	struct brg_verbs_mr mr;

	for (i = 0; i < ROUNDS; i++) {
		start_other(v, reset_it, fd);
		meet_other();
		ret = verbs_reg(v, fd, BYTES, &mr);
		end_other();
		if (ret) {
			assert_errno(ret, ENODEV);
			continue;
		}
		made++;
		assert_good(brg_verbs_dereg(&mr));
	}
	assert_good(brg_vfio_set_memory(&v->guest.vfio, true));
	assert_good(verbs_reg(v, fd, BYTES, &mr));
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
	assert_true(made > 0);
}

static void queue_pairs_are_destroyed_while_it_is_revoked(void **state)
{
	struct verbs *v = *state;
	struct brg_verbs_mr mr;
	int i, fd;

	for (i = 0; i < ROUNDS / 2; i++) {
		fd = verbs_export(v, 0, BYTES);
		assert_good(verbs_reg(v, fd, BYTES, &mr));
		start_other(v, revoke_it, fd);
		verbs_traffic_post(v, &mr);
		meet_other();
		brg_verbs_pair_close(&v->pair);
		end_other();
		assert_good(brg_verbs_dereg(&mr));
		close(fd);
		assert_good(brg_verbs_pair_open(v->dev, v->dev, VERBS_DEPTH,
						&v->pair));
	}
}

/* requests find the key gone, and the memory still there */
static void deregistered_under_traffic(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES), i;
	struct brg_verbs_mr mr;

	for (i = 0; i < 10; i++) {
		assert_good(verbs_reg(v, fd, BYTES, &mr));
		verbs_traffic_start(v, BRG_VERBS_WRITE, &mr);
		verbs_traffic_await();
		assert_good(brg_verbs_dereg(&mr));
		assert_int_equal(verbs_traffic_end(), IBV_WC_REM_ACCESS_ERR);
	}
	close(fd);
}

static void many_regions_of_one_dma_buf_end_together(void **state)
{
	struct verbs *v = *state;
	struct brg_verbs_mr mrs[VERBS_DEPTH];
	int fd = verbs_export(v, 0, BYTES), i;

	for (i = 0; i < VERBS_DEPTH; i++)
		assert_good(verbs_reg(v, fd, BYTES, &mrs[i]));
	for (i = 0; i < VERBS_DEPTH; i++) {
		const struct brg_verbs_request request = {
			.op = i % 2 ? BRG_VERBS_READ : BRG_VERBS_WRITE,
			.local = &v->local,
			.remote = &mrs[i],
			.bytes = 3 * PAGE,
		};

		assert_good(brg_verbs_post(&v->pair, &request));
	}
	assert_good(revoke_it(v, fd));
	drain(v, VERBS_DEPTH);
	for (i = 0; i < VERBS_DEPTH; i++) {
		assert_errno(verbs_write(v, 0, &mrs[i], 0, 1), EACCES);
		assert_good(brg_verbs_pair_reconnect(&v->pair));
		assert_good(brg_verbs_dereg(&mrs[i]));
	}
	close(fd);
}

static int teardown(void **state)
{
	stop_other();
	verbs_traffic_abort(*state);
	return verbs_teardown(state);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, verbs_setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(deregistered_while_it_is_revoked),
	TEST(registered_while_the_device_is_reset),
	TEST(queue_pairs_are_destroyed_while_it_is_revoked),
	TEST(deregistered_under_traffic),
	TEST(many_regions_of_one_dma_buf_end_together),
};

const struct guest_suite guest_verbs_races = GUEST_SUITE(tests);
