// SPDX-License-Identifier: GPL-2.0-only
/* The kinds of memory that are dma-bufs: that they are where they should be. */
#include "kinds-dmabuf.h"

#include "fixture.h"
#include "pages.h"

#include <barrage/dmabuf.h>

#define LEN KINDS_LEN
#define NR_PAGES (LEN / PAGE)

static struct brg_mem *opened[2];

int kinds_setup(void **state)
{
	fixture_begin(NULL);
	return 0;
}

void kinds_close(size_t slot)
{
	brg_mem_close(opened[slot]);
	opened[slot] = NULL;
}

int kinds_teardown(void **state)
{
	kinds_close(0);
	kinds_close(1);
	pages_close_disk();
	guest_expect_driver("PROVIDER", "");
	return fixture_end();
}

struct brg_mem *kinds_open(size_t slot, const char *kind)
{
	const struct brg_mem_ops *ops = brg_mem_find(kind);
	const struct brg_mem_params params = {
		.bdf = ops->flags & BRG_MEM_NEEDS_BDF ? guest_role("PROVIDER") :
							NULL,
		.bar = 2,
		.size_bytes = LEN,
	};

	assert_null(opened[slot]);
	assert_good(brg_mem_open(ops, &params, &opened[slot]));
	return opened[slot];
}

void kinds_expect_proof(const struct brg_mem *mem, enum brg_verdict verdict)
{
	struct brg_proof proof;

	assert_good(brg_mem_prove(mem, &proof));
	assert_string_equal(brg_verdict_name(proof.verdict),
			    brg_verdict_name(verdict));
	assert_int_equal(proof.nr_pages, NR_PAGES);
	assert_int_equal(proof.nr_in_bar,
			 verdict == BRG_VERDICT_P2P ? NR_PAGES : 0);
}

static void check_kind(const char *kind, enum brg_verdict verdict)
{
	struct brg_mem *mem = kinds_open(0, kind);
	uint64_t words[64], back[64];
	unsigned int i;

	for (i = 0; i < 64; i++)
		words[i] = (i + 1) * 0x9e3779b97f4a7c15ull;
	kinds_expect_proof(mem, verdict);
	brg_mem_store(mem, 4096, words, sizeof(words));
	brg_mem_load(mem, 4096, back, sizeof(back));
	assert_memory_equal(words, back, sizeof(words));
	kinds_expect_proof(mem, verdict);
	brg_mem_load(mem, 4096, back, sizeof(back));
	assert_memory_equal(words, back, sizeof(words));
}

static void dmabuf_is_proved_to_be_the_bar(void **state)
{
	(void)state;
	check_kind("dmabuf", BRG_VERDICT_P2P);
}

static void dmabuf_pages_is_proved_to_be_the_bar(void **state)
{
	(void)state;
	check_kind("dmabuf-pages", BRG_VERDICT_P2P);
}

static void udmabuf_is_proved_to_be_host_memory(void **state)
{
	(void)state;
	check_kind("udmabuf", BRG_VERDICT_HOST);
}

static void check_pieces(const char *kind, uint64_t apart)
{
	struct brg_proof first, second;

	assert_good(brg_mem_prove(kinds_open(0, kind), &first));
	assert_good(brg_mem_prove(kinds_open(1, kind), &second));
	assert_true(second.first_phys == first.first_phys + apart);
	assert_int_not_equal(brg_mem_dmabuf_fd(opened[0]),
			     brg_mem_dmabuf_fd(opened[1]));
	assert_ptr_equal(brg_mem_vfio(opened[0]), brg_mem_vfio(opened[1]));
}

static void dmabufs_are_pieces_of_one_bar(void **state)
{
	(void)state;
	check_pieces("dmabuf", LEN);
}

static void dmabufs_with_pages_are_pieces_of_one_bar(void **state)
{
	(void)state;
	check_pieces("dmabuf-pages", BRG_DMABUF_PAGES_ALIGN);
}

static const struct CMUnitTest tests[] = {
	KINDS_TEST(dmabuf_is_proved_to_be_the_bar),
	KINDS_TEST(dmabuf_pages_is_proved_to_be_the_bar),
	KINDS_TEST(udmabuf_is_proved_to_be_host_memory),
	KINDS_TEST(dmabufs_are_pieces_of_one_bar),
	KINDS_TEST(dmabufs_with_pages_are_pieces_of_one_bar),
};

const struct guest_suite guest_kinds_dmabuf = GUEST_SUITE(tests);
