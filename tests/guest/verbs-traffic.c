// SPDX-License-Identifier: GPL-2.0-only
#include "verbs-traffic.h"

#include <barrage/clock.h>

#include <pthread.h>
#include <stdatomic.h>

#define PATIENCE_NS 60000000000ull
#define POLL_NS 1000000ull
#define ENOUGH (2 * VERBS_DEPTH)

static struct {
	struct verbs *v;
	struct brg_verbs_request request;
	pthread_t thread;
	bool running;
	atomic_bool stop, over;
	atomic_uint done;
	uint32_t status;
	int error;
} traffic;

static int post(uint64_t slot)
{
	struct brg_verbs_request request = traffic.request;

	request.id = slot;
	request.remote_offset = slot * VERBS_TRAFFIC_BYTES;
	return brg_verbs_post(&traffic.v->pair, &request);
}

/* until all that was posted has come back */
static int go_on(uint32_t under_way)
{
	struct brg_verbs_done done;
	int ret;

	while (under_way) {
		ret = brg_verbs_wait(&traffic.v->pair, BRG_VERBS_PATIENCE_MS,
				     &done);
		if (ret)
			return ret;
		under_way--;
		if (done.status && !traffic.status)
			traffic.status = done.status;
		if (!done.status)
			atomic_fetch_add(&traffic.done, 1);
		if (traffic.status || atomic_load(&traffic.stop))
			continue;
		ret = post(done.id);
		if (ret)
			return ret;
		under_way++;
	}
	return 0;
}

static void *run(void *arg)
{
	uint32_t i;

	for (i = 0; i < VERBS_DEPTH && !traffic.error; i++)
		traffic.error = post(i);
	if (!traffic.error)
		traffic.error = go_on(VERBS_DEPTH);
	atomic_store(&traffic.over, true);
	return arg;
}

void verbs_traffic_start(struct verbs *v, enum brg_verbs_op op,
			 const struct brg_verbs_mr *mr)
{
	assert_true(mr->bytes >= VERBS_DEPTH * VERBS_TRAFFIC_BYTES);
	memset(&traffic, 0, sizeof(traffic));
	traffic.v = v;
	traffic.request = (struct brg_verbs_request){
		.op = op,
		.local = &v->local,
		.remote = mr,
		.bytes = VERBS_TRAFFIC_BYTES,
	};
	assert_int_equal(pthread_create(&traffic.thread, NULL, run, NULL), 0);
	traffic.running = true;
}

void verbs_traffic_post(struct verbs *v, const struct brg_verbs_mr *mr)
{
	struct brg_verbs_request request = {
		.op = BRG_VERBS_WRITE,
		.local = &v->local,
		.remote = mr,
		.bytes = VERBS_TRAFFIC_BYTES,
	};

	for (uint64_t i = 0; i < VERBS_DEPTH; i++) {
		request.id = i;
		request.remote_offset = i * VERBS_TRAFFIC_BYTES;
		assert_good(brg_verbs_post(&v->pair, &request));
	}
}

void verbs_traffic_await(void)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	unsigned int goal = atomic_load(&traffic.done) + ENOUGH;

	while (atomic_load(&traffic.done) < goal && brg_clock_left_ms(end))
		brg_clock_sleep_ns(POLL_NS);
	assert_true(atomic_load(&traffic.done) >= goal);
}

uint32_t verbs_traffic_end(void)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	/* requests that go on and on are stopped, and found out about below */
	while (!atomic_load(&traffic.over) && brg_clock_left_ms(end))
		brg_clock_sleep_ns(POLL_NS);
	atomic_store(&traffic.stop, true);
	assert_int_equal(pthread_join(traffic.thread, NULL), 0);
	traffic.running = false;
	assert_good(traffic.error);
	assert_int_not_equal(traffic.status, 0);
	assert_good(brg_verbs_pair_reconnect(&traffic.v->pair));
	return traffic.status;
}

void verbs_traffic_abort(struct verbs *v)
{
	if (!traffic.running || traffic.v != v)
		return;
	atomic_store(&traffic.stop, true);
	pthread_join(traffic.thread, NULL);
	traffic.running = false;
}
