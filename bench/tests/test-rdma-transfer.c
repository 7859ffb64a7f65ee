// SPDX-License-Identifier: GPL-2.0-only
/*
 * The turns of rdma-latency and rdma-bandwidth, with a device that counts what
 * it is given.
 */
#include "test.h"

#include <errno.h>
#include <infiniband/verbs.h>
#include <string.h>

#include <barrage/log.h>

#include "../progress.h"
#include "../rdma-transfer.h"

#define NR_ROUNDS 3

extern const struct bench *const __start_brg_bench[];
extern const struct bench *const __stop_brg_bench[];

static uint32_t refused; /* the status of a completion, from the 5th on */
static unsigned int under_way, most_under_way, nr_requests, nr_from_none;
static unsigned int nr_open, nr_registered, nr_checks, nr_written;
static int measured;

const struct brg_mem_ops *rdma_mem(enum rdma_kind kind)
{
	return brg_mem_find(kind == RDMA_HOST ? "host" : "dmabuf");
}

void progress_step(const char *fmt, ...)
{
}

int rdma_buf_open(const struct rdma *rdma, enum rdma_kind kind,
		  const struct brg_dmabuf_range *ranges, size_t nr,
		  struct rdma_buf *buf)
{
	*buf = (struct rdma_buf){ .kind = kind, .fd = -1 };
	nr_open++;
	return 0;
}

void rdma_buf_close(struct rdma_buf *buf)
{
	nr_open--;
}

int rdma_reg(const struct rdma *rdma, const struct rdma_buf *buf,
	     uint64_t offset, uint64_t bytes, struct brg_verbs_mr *mr)
{
	return brg_verbs_reg_host(rdma->dev, NULL, bytes, mr);
}

int brg_verbs_reg_host(const struct brg_verbs *verbs, void *addr,
		       uint64_t bytes, struct brg_verbs_mr *mr)
{
	*mr = (struct brg_verbs_mr){ .verbs = verbs, .bytes = bytes };
	nr_registered++;
	return 0;
}

int brg_verbs_dereg(struct brg_verbs_mr *mr)
{
	nr_registered -= mr->verbs != NULL;
	*mr = (struct brg_verbs_mr){};
	return 0;
}

int brg_verbs_pair_open(const struct brg_verbs *requester,
			const struct brg_verbs *responder, uint32_t depth,
			struct brg_verbs_pair *pair)
{
	return 0;
}

void brg_verbs_pair_close(struct brg_verbs_pair *pair)
{
}

int brg_verbs_post(struct brg_verbs_pair *pair,
		   const struct brg_verbs_request *request)
{
	assert_true(request->local_offset + request->bytes <=
		    request->local->bytes);
	assert_true(request->remote_offset + request->bytes <=
		    request->remote->bytes);
	nr_requests++;
	nr_from_none += !under_way;
	under_way++;
	if (under_way > most_under_way)
		most_under_way = under_way;
	return 0;
}

int brg_verbs_wait(struct brg_verbs_pair *pair, int timeout_ms,
		   struct brg_verbs_done *done)
{
	assert_int_not_equal(under_way, 0);
	under_way--;
	done->status = nr_requests > 4 ? refused : 0;
	return 0;
}

int brg_verbs_transfer(struct brg_verbs_pair *pair,
		       const struct brg_verbs_request *request)
{
	struct brg_verbs_done done;

	brg_verbs_post(pair, request);
	brg_verbs_wait(pair, 0, &done);
	return done.status ? brg_fail(-EACCES, "card0: refused") : 0;
}

void brg_verbs_status_text(uint32_t status, char *text, size_t size)
{
	strncpy(text, "refused", size);
}

int brg_verbs_status_errno(uint32_t status)
{
	return -EACCES;
}

int rdma_verify(const struct rdma *rdma, struct brg_verbs_pair *pair,
		const struct brg_verbs_mr *local, void *addr, uint32_t bytes,
		enum rdma_kind kind, uint64_t generation,
		struct rdma_verified *verified)
{
	nr_checks++;
	return 0;
}

int transfer_write_check(const struct transfer *t, enum rdma_kind kind,
			 const char *stage,
			 const struct rdma_verified *verified, int err)
{
	return 0;
}

static struct bench_options options;
static struct bench_context context = { .options = &options };
static struct brg_verbs dev = { .info.name = "card0" };
static struct rdma rdma = { .context = &context, .dev = &dev };

/* what is written is looked at while it is there */
int transfer_write(const struct transfer *t)
{
	bool counted = options.icount;

	nr_written++;
	assert_string_equal(t->sweep->metric, t->sweep->depth == 1 ? "latency" :
					      counted ? "cost-per-request" :
							"bandwidth");
	assert_string_equal(t->sweep->better,
			    strcmp(t->sweep->metric, "bandwidth") ? "lower" :
								    "higher");
	for (unsigned int i = 0; i < t->nr_cells; i++) {
		const struct transfer_cell *cell = &t->cells[i];

		assert_int_equal(cell->rounds.nr, NR_ROUNDS);
		assert_true(cell->samples.nr >= cell->rounds.nr);
		if (counted)
			assert_int_equal(
				cell->samples.nr,
				NR_ROUNDS * (t->sweep->depth == 1 ? 16 : 4));
		for (size_t s = 0; s < cell->samples.nr; s++)
			assert_true(cell->samples.values[s] > 0);
	}
	/* host memory and one kind of BAR, two ways */
	assert_int_equal(t->nr_cells, 2 * 2 * t->sweep->nr_sizes);
	return 0;
}

enum bench_status rdma_run(struct bench_context *of,
			   int (*measure)(struct rdma *rdma, const void *arg),
			   const void *arg)
{
	measured = measure(&rdma, arg);
	return measured ? BENCH_FAIL : BENCH_PASS;
}

static enum bench_status run(const char *name)
{
	for (size_t i = 0; &__start_brg_bench[i] < __stop_brg_bench; i++) {
		const struct bench *bench = __start_brg_bench[i];

		if (!strcmp(bench->name, name)) {
			assert_int_equal(bench->sets,
					 BENCH_SET_WALL | BENCH_SET_ICOUNT);
			return bench->run(&context, bench);
		}
	}
	fail_msg("no benchmark %s", name);
	return BENCH_ERROR;
}

static int setup(void **state)
{
	options = (struct bench_options){
		.rounds = NR_ROUNDS,
		.runtime_s = 1e-4,
		.seed = 7,
	};
	refused = 0;
	under_way = most_under_way = nr_requests = nr_from_none = 0;
	nr_checks = nr_written = 0;
	strcpy(rdma.skipped[RDMA_UDMABUF], "not here");
	strcpy(rdma.skipped[RDMA_DMABUF_PAGES], "nor this");
	return 0;
}

static int teardown(void **state)
{
	return nr_open || nr_registered;
}

static void as_many_are_under_way_as_was_said(void **state)
{
	assert_int_equal(run("rdma-bandwidth"), BENCH_PASS);
	assert_int_equal(most_under_way, 8);
	assert_int_equal(under_way, 0);
	assert_int_equal(nr_written, 1);
	/* two kinds, before and after */
	assert_int_equal(nr_checks, 4);
}

static void one_at_a_time_is_one(void **state)
{
	assert_int_equal(run("rdma-latency"), BENCH_PASS);
	assert_int_equal(most_under_way, 1);
	assert_int_equal(nr_written, 1);
}

static void counted_requests_do_not_vary(void **state)
{
	options.icount = true;
	assert_int_equal(run("rdma-bandwidth"), BENCH_PASS);
	assert_int_equal(nr_requests, NR_ROUNDS * 12 * 4 * 8);
	/* none is posted beside those of the sample before */
	assert_int_equal(nr_from_none, NR_ROUNDS * 12 * 4);
	nr_requests = 0;
	assert_int_equal(run("rdma-latency"), BENCH_PASS);
	assert_int_equal(nr_requests, NR_ROUNDS * 12 * 16);
}

static void a_refusal_fails_and_writes_nothing(void **state)
{
	static const char *const names[] = { "rdma-latency", "rdma-bandwidth" };

	refused = IBV_WC_REM_ACCESS_ERR;
	for (size_t i = 0; i < 2; i++) {
		nr_requests = under_way = 0;
		assert_int_equal(run(names[i]), BENCH_FAIL);
		assert_int_equal(measured, -EPROTO);
		assert_non_null(strstr(brg_last_error(), "refused"));
	}
	assert_int_equal(nr_written, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(as_many_are_under_way_as_was_said),
		TEST(one_at_a_time_is_one),
		TEST(counted_requests_do_not_vary),
		TEST(a_refusal_fails_and_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
