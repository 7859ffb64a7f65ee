// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that does not do what it should: wrong data, and memory that is not
 * where it should be, must not become figures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>
#include <barrage/proof.h>

#include "../rdma-proof.h"
#include "../rdma-verify.h"

#define BYTES RDMA_PIECE_BYTES
#define NR_BLOCKS (BYTES / RDMA_BLOCK_BYTES)
#define BAR_START 0x8000000000ull

/* what goes wrong */
enum fault {
	NONE,
	LOST_WRITE,
	FLIPPED_WRITE,
	FLIPPED_READ,
	ELSEWHERE,
	NO_RAM,
	REFUSED, /* a region that is there */
	GONE, /* the device, once it works */
	NOT_REVOKED,
	HANGS, /* what was revoked has no answer */
};

static enum fault fault;
static uint8_t *memory; /* of the remote end */
static uint8_t *elsewhere;
static unsigned int nr_open, nr_registered, nr_pairs;
static bool revoked;

int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len);
int __wrap_brg_proof_frames(const void *addr, size_t nr_pages, uint64_t *phys);
int __wrap_brg_proof_ram(struct brg_phys_range *ranges, size_t max);

int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len)
{
	assert_int_equal(index, 2);
	memcpy(buf, memory + offset, len);
	return 0;
}

int __wrap_brg_proof_frames(const void *addr, size_t nr_pages, uint64_t *phys)
{
	for (size_t i = 0; i < nr_pages; i++)
		phys[i] = (fault == NO_RAM ? BAR_START : 0x100000) + i * 4096;
	return 0;
}

int __wrap_brg_proof_ram(struct brg_phys_range *ranges, size_t max)
{
	ranges[0] = (struct brg_phys_range){ 0x100000, 0x7fffffff };
	return 1;
}

const struct brg_mem_ops *rdma_mem(enum rdma_kind kind)
{
	return brg_mem_find(kind == RDMA_HOST ? "host" : "dmabuf");
}

int rdma_revoke(const struct rdma *rdma)
{
	revoked = fault != NOT_REVOKED;
	return 0;
}

int rdma_buf_open(const struct rdma *rdma, enum rdma_kind kind,
		  const struct brg_dmabuf_range *ranges, size_t nr,
		  struct rdma_buf *buf)
{
	*buf = (struct rdma_buf){
		.kind = kind,
		.fd = -1,
		.addr = memory,
		.bytes = ranges[0].length,
	};
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
	*mr = (struct brg_verbs_mr){
		.verbs = rdma->dev,
		.iova = (uintptr_t)buf->addr,
	};
	nr_registered++;
	return 0;
}

int brg_verbs_reg_host(const struct brg_verbs *verbs, void *addr,
		       uint64_t bytes, struct brg_verbs_mr *mr)
{
	*mr = (struct brg_verbs_mr){ .verbs = verbs, .iova = (uintptr_t)addr };
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
	nr_pairs++;
	return 0;
}

void brg_verbs_pair_close(struct brg_verbs_pair *pair)
{
	nr_pairs--;
}

int brg_verbs_transfer(struct brg_verbs_pair *pair,
		       const struct brg_verbs_request *request)
{
	uint8_t *local = (uint8_t *)(uintptr_t)request->local->iova;
	uint8_t *remote = fault == ELSEWHERE ? elsewhere : memory;
	size_t last = request->bytes - 1;

	if (fault == GONE)
		return brg_fail(-ENODEV, "card0: the device went away");
	if (fault == HANGS && revoked)
		return brg_fail(-ETIMEDOUT, "card0: no answer");
	if (fault == REFUSED || revoked)
		return brg_fail(-EACCES, "card0: the other end refuses");
	remote += request->remote_offset;
	if (request->op == BRG_VERBS_READ) {
		memcpy(local, remote, request->bytes);
		local[last] ^= fault == FLIPPED_READ;
	} else if (fault != LOST_WRITE) {
		memcpy(remote, local, request->bytes);
		remote[last] ^= fault == FLIPPED_WRITE;
	}
	return 0;
}

static struct bench_options options = { .seed = 7 };
static struct bench_context context = { .options = &options };
static struct brg_verbs dev = { .info.name = "card0" };
static struct rdma rdma = { .context = &context, .dev = &dev, .target.bar = 2 };

static struct rdma_verified verified;

static int setup(void **state)
{
	fault = NONE;
	revoked = false;
	verified = (struct rdma_verified){};
	memory = calloc(1, BYTES);
	elsewhere = calloc(1, BYTES);
	return !memory || !elsewhere;
}

static int teardown(void **state)
{
	free(memory);
	free(elsewhere);
	return nr_open || nr_registered || nr_pairs;
}

static int verify(void)
{
	struct brg_verbs_pair pair = {};
	struct brg_verbs_mr local = {};
	uint8_t *addr = malloc(BYTES);
	int ret;

	assert_non_null(addr);
	local.iova = (uintptr_t)addr;
	ret = rdma_verify(&rdma, &pair, &local, addr, BYTES, RDMA_DMABUF, 1,
			  &verified);
	free(addr);
	return ret;
}

static void good_data_passes(void **state)
{
	assert_int_equal(verify(), 0);
	assert_int_equal(verified.nr_blocks, 2 * NR_BLOCKS);
	assert_int_equal(verified.nr_bad, 0);
}

static void each_kind_of_wrong_data_is_seen(void **state)
{
	static const enum fault faults[] = { LOST_WRITE, FLIPPED_WRITE,
					     FLIPPED_READ, ELSEWHERE };

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		memset(memory, 0, BYTES);
		fault = faults[i];
		assert_int_equal(verify(), -EILSEQ);
		assert_non_null(strstr(brg_last_error(), "card0"));
		assert_non_null(strstr(brg_last_error(), fault == FLIPPED_READ ?
								 "RDMA READ" :
								 "RDMA WRITE"));
	}
}

static void wrong_blocks_are_counted(void **state)
{
	fault = FLIPPED_READ;
	assert_int_equal(verify(), -EILSEQ);
	assert_int_equal(verified.nr_blocks, 2 * NR_BLOCKS);
	assert_int_equal(verified.nr_bad, 1);
	/* what was not compared does not count */
	verified = (struct rdma_verified){};
	fault = ELSEWHERE;
	assert_int_equal(verify(), -EILSEQ);
	assert_int_equal(verified.nr_blocks, NR_BLOCKS);
	assert_int_equal(verified.nr_bad, NR_BLOCKS);
}

static void a_region_that_is_there_may_not_be_refused(void **state)
{
	struct brg_proof proof;

	fault = REFUSED;
	assert_int_equal(verify(), -EPROTO);
	assert_non_null(strstr(brg_last_error(), "the other end refuses"));
	assert_int_equal(rdma_prove(&rdma, RDMA_DMABUF, &proof), -EPROTO);
	assert_int_equal(bench_status_of(-EPROTO), BENCH_FAIL);
}

static void a_device_that_stops_to_work_is_no_skip(void **state)
{
	struct brg_proof proof;

	fault = GONE;
	assert_int_equal(rdma_prove(&rdma, RDMA_DMABUF, &proof), -EPROTO);
	assert_non_null(strstr(brg_last_error(), "the device went away"));
}

static void what_was_revoked_is_refused(void **state)
{
	assert_int_equal(rdma_prove_revoked(&rdma, RDMA_DMABUF), 0);
	assert_true(revoked);
}

static void what_was_not_revoked_is_no_figure(void **state)
{
	fault = NOT_REVOKED;
	assert_int_equal(rdma_prove_revoked(&rdma, RDMA_DMABUF), -EPROTO);
	assert_non_null(strstr(brg_last_error(), "works"));
	fault = HANGS;
	assert_int_equal(rdma_prove_revoked(&rdma, RDMA_DMABUF), -EPROTO);
	assert_non_null(strstr(brg_last_error(), "no answer"));
	/* nor does a region count that never worked */
	revoked = false;
	fault = REFUSED;
	assert_int_equal(rdma_prove_revoked(&rdma, RDMA_DMABUF), -EPROTO);
	assert_false(revoked);
}

static void memory_in_the_bar_is_proven(void **state)
{
	struct brg_proof proof;

	assert_int_equal(rdma_prove(&rdma, RDMA_DMABUF, &proof), 0);
	assert_int_equal(proof.verdict, BRG_VERDICT_P2P);
	assert_true(proof.nr_pages > 10);
	assert_int_equal(proof.nr_in_bar, proof.nr_pages);
}

static void memory_elsewhere_is_not(void **state)
{
	static const enum fault faults[] = { ELSEWHERE, LOST_WRITE,
					     FLIPPED_WRITE };
	struct brg_proof proof = { .verdict = BRG_VERDICT_NONE };

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		memset(memory, 0, BYTES);
		fault = faults[i];
		assert_int_equal(rdma_prove(&rdma, RDMA_DMABUF, &proof),
				 -EXDEV);
		assert_int_equal(proof.verdict, BRG_VERDICT_NONE);
	}
}

static void host_memory_has_to_be_ram(void **state)
{
	struct brg_proof proof;

	assert_int_equal(rdma_prove(&rdma, RDMA_HOST, &proof), 0);
	assert_int_equal(proof.verdict, BRG_VERDICT_HOST);
	fault = NO_RAM;
	assert_int_equal(rdma_prove(&rdma, RDMA_HOST, &proof), -EXDEV);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(good_data_passes),
		TEST(each_kind_of_wrong_data_is_seen),
		TEST(wrong_blocks_are_counted),
		TEST(a_region_that_is_there_may_not_be_refused),
		TEST(a_device_that_stops_to_work_is_no_skip),
		TEST(what_was_revoked_is_refused),
		TEST(what_was_not_revoked_is_no_figure),
		TEST(memory_in_the_bar_is_proven),
		TEST(memory_elsewhere_is_not),
		TEST(host_memory_has_to_be_ram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
