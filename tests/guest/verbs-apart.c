// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dma-buf whose lock somebody holds for long, as an exporter may: whoever
 * registers it has to wait, and nobody else.
 *
 * One importer's DMA takes HELD_MS to be done, as its fence says. Another one
 * waits for that fence before its own, with the lock held.
 */
#include "importer.h"
#include "verbs.h"

#include <barrage/clock.h>

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BYTES (16 * PAGE)
#define HELD_MS 10000
#define AWAIT_NS (60000 * IMPORTER_MS)
#define POLL_NS (2 * IMPORTER_MS)

enum { SLOW, HOLDER, REGISTRAR, NR_WORKERS };

static struct {
	struct brg_pci_binding binding;
	struct brg_importer it[2];
	struct brg_verbs *dev;
	struct brg_verbs_mr mr;
	int fd;
	struct worker {
		pthread_t thread;
		bool started;
		atomic_int tid;
		atomic_bool done;
		int ret;
	} workers[NR_WORKERS];
} apart;

static int act(int which)
{
	if (which == REGISTRAR) {
		const struct brg_verbs_dmabuf whole = {
			.fd = apart.fd,
			.bytes = BYTES,
		};

		return brg_verbs_reg_dmabuf(apart.dev, &whole, &apart.mr);
	}
	return importer_dma(&apart.it[which], true, 0, IMPORTER_BYTES);
}

static void *work(void *arg)
{
	struct worker *worker = arg;

	atomic_store(&worker->tid, gettid());
	worker->ret = act((int)(worker - apart.workers));
	atomic_store(&worker->done, true);
	return NULL;
}

static void start(int which)
{
	struct worker *worker = &apart.workers[which];

	assert_int_equal(pthread_create(&worker->thread, NULL, work, worker),
			 0);
	worker->started = true;
}

/* have all come back? */
static bool join_all(void)
{
	struct timespec end;
	bool all = true;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += AWAIT_NS / 1000000000;
	for (int i = 0; i < NR_WORKERS; i++) {
		struct worker *worker = &apart.workers[i];

		if (worker->started)
			worker->started = pthread_timedjoin_np(worker->thread,
							       NULL, &end);
		all &= !worker->started;
	}
	return all;
}

/* until the thread sleeps in that function of the kernel */
static void await_in(int which, const char *function)
{
	const uint64_t end = brg_clock_now_ns() + AWAIT_NS;
	char path[64], found[128] = "";
	FILE *file;

	do {
		snprintf(path, sizeof(path), "/proc/self/task/%d/wchan",
			 atomic_load(&apart.workers[which].tid));
		file = fopen(path, "re");
		if (file && !fgets(found, sizeof(found), file))
			*found = '\0';
		if (file)
			fclose(file);
		if (!strcmp(found, function))
			return;
		brg_clock_sleep_ns(POLL_NS);
	} while (brg_clock_left_ms(end));
	fail_msg("it does not wait in %s, but in '%s'", function, found);
}

/* the rest is the test's, so that teardown comes after it in any case */
static int setup(void **state)
{
	memset(&apart, 0, sizeof(apart));
	apart.fd = -1;
	for (int i = 0; i < 2; i++)
		apart.it[i].fd = -1;
	return verbs_setup(state);
}

static void prepare(struct verbs *v)
{
	int i;

	apart.fd = verbs_export(v, 0, BYTES);
	assert_good(brg_verbs_open(BRG_RXE_NAME, 0, &apart.dev));
	assert_good(brg_pci_bind(guest_role("OTHER_EDU"), BRG_IMPORTER_DRIVER,
				 &apart.binding));
	for (i = 0; i < 2; i++) {
		assert_good(brg_importer_open(guest_role("OTHER_EDU"),
					      &apart.it[i]));
		assert_good(brg_importer_attach(&apart.it[i], apart.fd,
						BRG_IMPORTER_REVOCABLE, NULL));
		assert_good(
			brg_importer_map(&apart.it[i], BRG_IMPORTER_RW, NULL));
	}
}

static int teardown(void **state)
{
	bool joined = join_all();
	int restored;

	brg_verbs_dereg(&apart.mr);
	brg_verbs_close(apart.dev);
	for (int i = 0; i < 2; i++)
		brg_importer_close(&apart.it[i]);
	restored = brg_pci_restore(&apart.binding);
	if (apart.fd >= 0)
		close(apart.fd);
	verbs_teardown(state);
	assert_good(restored);
	assert_true(joined);
	return 0;
}

static void others_go_on_while_one_waits_to_be_registered(void **state)
{
	struct verbs *v = *state;
	struct brg_verbs_mr there, more;
	int fd, i;

	prepare(v);
	fd = verbs_export(v, MIB, BYTES);
	assert_good(verbs_reg(v, fd, BYTES, &there));
	assert_good(brg_importer_delay(&apart.it[SLOW], BRG_IMPORTER_SLOW_FENCE,
				       HELD_MS));
	start(SLOW);
	importer_await_dma(&apart.it[SLOW], 1);
	start(HOLDER);
	await_in(HOLDER, "dma_fence_default_wait");
	start(REGISTRAR);
	await_in(REGISTRAR, "dma_buf_dynamic_attach");

	assert_good(verbs_write(v, 0, &there, 0, PAGE));
	assert_good(brg_verbs_dereg(&there));
	assert_good(verbs_reg(v, fd, BYTES, &more));
	assert_good(brg_verbs_dereg(&more));
	for (i = 0; i < NR_WORKERS; i++)
		assert_false(atomic_load(&apart.workers[i].done));
	close(fd);

	assert_true(join_all());
	for (i = 0; i < NR_WORKERS; i++)
		assert_good(apart.workers[i].ret);
	assert_good(brg_verbs_dereg(&apart.mr));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(
		others_go_on_while_one_waits_to_be_registered, setup, teardown),
};

const struct guest_suite guest_verbs_apart = GUEST_SUITE(tests);
