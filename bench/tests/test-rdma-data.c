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
#define BAR_START 0x8000000000ull

/* what goes wrong */
enum fault { NONE, LOST_WRITE, FLIPPED_WRITE, FLIPPED_READ, ELSEWHERE, NO_RAM };

static enum fault fault;
static uint8_t *memory; /* of the remote end */
static uint8_t *elsewhere;
static unsigned int nr_open, nr_registered, nr_pairs;

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

enum bench_status rdma_status(int err)
{
	return err ? BENCH_FAIL : BENCH_PASS;
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

static int setup(void **state)
{
	fault = NONE;
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
	ret = rdma_verify(&rdma, &pair, &local, addr, BYTES, RDMA_DMABUF, 1);
	free(addr);
	return ret;
}

static void good_data_passes(void **state)
{
	assert_int_equal(verify(), 0);
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
		TEST(memory_in_the_bar_is_proven),
		TEST(memory_elsewhere_is_not),
		TEST(host_memory_has_to_be_ram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
