// SPDX-License-Identifier: GPL-2.0-only
/* What becomes of regions whose RDMA device or process is there no more. */
#include "verbs-traffic.h"

#include "children.h"

#include <barrage/clock.h>

#include <errno.h>
#include <unistd.h>

#define BYTES (VERBS_DEPTH * VERBS_TRAFFIC_BYTES)
#define PATIENCE_NS 60000000000ull
#define POLL_NS 5000000ull

/* what the process still has of it can be given back, and nothing else */
static void the_device_is_removed(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);
	struct brg_verbs_mr mr;

	assert_good(verbs_reg(v, fd, BYTES, &mr));
	verbs_traffic_post(v, &mr);
	assert_good(brg_rxe_remove());
	close(fd);
	/* nothing holds the dma-buf any more */
	guest_register(&v->guest);
	guest_unregister(&v->guest);
	assert_good(brg_verbs_dereg(&mr));
	fd = verbs_export(v, 0, BYTES);
	assert_errno(verbs_reg(v, fd, BYTES, &mr), EIO);
	close(fd);
}

/* a process of its own, with a device, a region and requests under way */
static void be_killed(struct verbs *v, int ready)
{
	int fd = verbs_export(v, 0, BYTES);
	struct brg_verbs_request request = {
		.op = BRG_VERBS_WRITE,
		.bytes = VERBS_TRAFFIC_BYTES,
	};
	struct verbs own = { .guest = v->guest };
	struct brg_verbs_mr mr;
	struct brg_verbs_done done;

	if (brg_verbs_open(BRG_RXE_NAME, 0, &own.dev) ||
	    brg_verbs_pair_open(own.dev, own.dev, VERBS_DEPTH, &own.pair) ||
	    brg_verbs_reg_host(own.dev, v->host, VERBS_HOST_BYTES,
			       &own.local) ||
	    verbs_reg(&own, fd, BYTES, &mr))
		_exit(1);
	request.local = &own.local;
	request.remote = &mr;
	for (int i = 0; i < VERBS_DEPTH; i++)
		if (brg_verbs_post(&own.pair, &request))
			_exit(2);
	for (int i = 0;; i++) {
		if (brg_verbs_wait(&own.pair, BRG_VERBS_PATIENCE_MS, &done) ||
		    done.status || brg_verbs_post(&own.pair, &request))
			_exit(3);
		if (i == VERBS_DEPTH && write(ready, "r", 1) != 1)
			_exit(4);
	}
}

static void await_register(const struct guest *guest)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	int ret;

	do {
		ret = brg_p2p_register(&guest->vfio, guest->bar, 0, 0);
		if (ret == -EBUSY)
			brg_clock_sleep_ns(POLL_NS);
	} while (ret == -EBUSY && brg_clock_left_ms(end));
	assert_good(ret);
}

static void a_killed_process_leaves_nothing(void **state)
{
	struct verbs *v = *state;
	int pipes[2];
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = child_start();
	if (!pid)
		be_killed(v, pipes[1]);
	close(pipes[1]);
	child_await(pipes[0]);
	child_kill(pid);
	close(pipes[0]);
	/* the dma-buf was the process', and held by its region */
	await_register(&v->guest);
	guest_unregister(&v->guest);
}

static const struct CMUnitTest tests[] = {
	VERBS_TEST(the_device_is_removed),
	VERBS_TEST(a_killed_process_leaves_nothing),
};

const struct guest_suite guest_verbs_ends = GUEST_SUITE(tests);
