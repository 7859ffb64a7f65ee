// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMA READ and WRITE between two queue pairs, into the provider's BAR and out
 * of it. What is in the BAR is seen from outside of the machine, so neither the
 * device nor the kernel that moved it has a say.
 */
#include "verbs.h"

#include "host.h"

#include <barrage/mmio.h>
#include <barrage/udmabuf.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PART (64 * 1024ull)
#define SEEN (8 * PART) /* looked at, byte by byte */
#define OBSERVED 4096u /* at a time */

/* @len bytes of the BAR, by the CPU and through VFIO's mapping */
static void store(struct verbs *v, uint64_t at, const void *bytes, size_t len)
{
	brg_mmio_store((uint8_t *)guest_map_bar(&v->guest) + at, bytes, len);
	guest_unmap_bar(&v->guest);
}

static void expect_in_bar(uint64_t at, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;

	for (size_t done = 0; done < len; done += OBSERVED) {
		size_t n = len - done < OBSERVED ? len - done : OBSERVED;
		int ret = host_holds("provider", at + done, from + done, n);

		if (ret)
			fail_msg("the BAR at %#llx: %s",
				 (unsigned long long)(at + done),
				 ret == -EUCLEAN ? "something else" :
						   strerror(-ret));
	}
}

static void writes_arrive_in_the_bar_and_nowhere_else(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 4096, 4097, PART };
	struct verbs *v = *state;
	uint8_t *expected = malloc(SEEN);
	int fd = verbs_export(v, 0, SEEN);
	struct brg_verbs_mr mr;

	assert_non_null(expected);
	verbs_fill(expected, SEEN, 1);
	store(v, 0, expected, SEEN);
	expect_in_bar(0, expected, SEEN);
	assert_good(verbs_reg(v, fd, SEEN, &mr));
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		uint64_t at = i * PART + 5 * i;

		verbs_fill(v->host, sizes[i], 10 + i);
		memcpy(expected + at, v->host, sizes[i]);
		assert_good(verbs_write(v, 0, &mr, at, sizes[i]));
		expect_in_bar(0, expected, SEEN);
	}
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
	free(expected);
}

/* what the test would be worth if the observer always agreed */
static void the_observer_sees_what_is_not_there(void **state)
{
	struct verbs *v = *state;
	uint8_t bytes[64];

	verbs_fill(bytes, sizeof(bytes), 2);
	store(v, PAGE, bytes, sizeof(bytes));
	expect_in_bar(PAGE, bytes, sizeof(bytes));
	bytes[63] ^= 1;
	assert_errno(host_holds("provider", PAGE, bytes, sizeof(bytes)),
		     EUCLEAN);
	assert_errno(host_holds("provider", v->guest.bar_bytes, bytes, 1),
		     EINVAL);
	assert_errno(host_holds("disk", 0, bytes, 1), EINVAL);
}

static void reads_bring_what_is_in_the_bar(void **state)
{
	struct verbs *v = *state;
	uint8_t *expected = malloc(4 * PART);
	int fd = verbs_export(v, 0, SEEN);
	struct brg_verbs_mr mr;

	assert_non_null(expected);
	verbs_fill(expected, 4 * PART, 3);
	store(v, PART, expected, 4 * PART);
	assert_good(verbs_reg(v, fd, SEEN, &mr));
	memset(v->host, 0, VERBS_HOST_BYTES);
	assert_good(verbs_read(v, &mr, PART, 3, 4 * PART));
	assert_memory_equal(v->host + 3, expected, 4 * PART);
	assert_int_equal(v->host[2], 0);
	assert_int_equal(v->host[4 * PART + 3], 0);
	assert_good(verbs_read(v, &mr, PART + 4093, 0, 13));
	assert_memory_equal(v->host, expected + 4093, 13);
	/* it was read, not moved */
	expect_in_bar(PART, expected, 4 * PART);
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
	free(expected);
}

static void moves_from_one_part_of_the_bar_to_another(void **state)
{
	struct verbs *v = *state;
	int from_fd = verbs_export(v, 0, PART);
	int to_fd = verbs_export(v, MIB, PART);
	uint8_t *expected = malloc(PART);
	struct brg_verbs_mr from, to;
	struct brg_verbs_request request = {
		.op = BRG_VERBS_WRITE,
		.local = &from,
		.remote = &to,
		.bytes = PART,
	};

	assert_non_null(expected);
	assert_good(verbs_reg(v, from_fd, PART, &from));
	assert_good(verbs_reg(v, to_fd, PART, &to));
	for (unsigned int i = 0; i < 2; i++) {
		verbs_fill(expected, PART, 20 + i);
		store(v, i ? MIB : 0, expected, PART);
		assert_good(brg_verbs_transfer(&v->pair, &request));
		expect_in_bar(0, expected, PART);
		expect_in_bar(MIB, expected, PART);
		request.op = BRG_VERBS_READ;
	}
	assert_good(brg_verbs_dereg(&from));
	assert_good(brg_verbs_dereg(&to));
	close(from_fd);
	close(to_fd);
	free(expected);
}

/* in the order of the dma-buf, which is not that of the BAR */
static void finds_each_range_where_it_is(void **state)
{
	static const struct brg_dmabuf_range ranges[] = {
		{ 40 * PAGE, 3 * PAGE },
		{ 8 * PAGE, PAGE },
		{ 20 * PAGE, 2 * PAGE },
		{ 0, PAGE },
	};
	const size_t nr = sizeof(ranges) / sizeof(*ranges);
	struct verbs *v = *state;
	struct brg_verbs_mr mr;
	uint64_t at = 0;
	int fd;

	assert_good(brg_dmabuf_export_ranges(&v->guest.vfio, v->guest.bar,
					     ranges, nr, 0, &fd));
	assert_good(verbs_reg(v, fd, 7 * PAGE, &mr));
	verbs_fill(v->host, 7 * PAGE, 30);
	assert_good(verbs_write(v, 0, &mr, 0, 7 * PAGE));
	for (size_t i = 0; i < nr; at += ranges[i++].length)
		expect_in_bar(ranges[i].offset, v->host + at, ranges[i].length);
	assert_good(verbs_read(v, &mr, 0, 16 * PAGE, 7 * PAGE));
	assert_memory_equal(v->host + 16 * PAGE, v->host, 7 * PAGE);
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

/* at addresses that have nothing to do with it */
static void takes_a_part_of_a_dma_buf(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, MIB, 64 * PAGE);
	const struct brg_verbs_dmabuf part = {
		.fd = fd,
		.offset = 5 * PAGE + 0x123,
		.bytes = 3 * PAGE,
		.iova = 0x7000000000ull + 0x123,
	};
	struct brg_verbs_mr mr;

	assert_good(brg_verbs_reg_dmabuf(v->dev, &part, &mr));
	verbs_fill(v->host, 3 * PAGE, 40);
	assert_good(verbs_write(v, 0, &mr, 0, 3 * PAGE));
	expect_in_bar(MIB + part.offset, v->host, 3 * PAGE);
	assert_errno(verbs_write(v, 0, &mr, 1, 3 * PAGE), EACCES);
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

/* one that its exporter maps for the CPU */
static void takes_a_part_of_a_udmabuf(void **state)
{
	const struct brg_dmabuf_range whole = { 0, 8 * PAGE };
	struct verbs *v = *state;
	struct brg_verbs_dmabuf part = {
		.offset = 2 * PAGE + 0x123,
		.bytes = 3 * PAGE,
		.iova = 0x7000000000ull + 0x123,
	};
	struct brg_verbs_mr mr;
	uint8_t *found = malloc(3 * PAGE);
	int memfd;

	assert_non_null(found);
	assert_good(brg_udmabuf_memfd(8 * PAGE, &memfd));
	assert_good(brg_udmabuf_create(memfd, &whole, 1, &part.fd));
	assert_good(brg_verbs_reg_dmabuf(v->dev, &part, &mr));
	verbs_fill(v->host, 3 * PAGE, 41);
	assert_good(verbs_write(v, 0, &mr, 0, 3 * PAGE));
	assert_int_equal(pread(memfd, found, 3 * PAGE, (off_t)part.offset),
			 3 * PAGE);
	assert_memory_equal(found, v->host, 3 * PAGE);
	assert_good(verbs_read(v, &mr, 0, 16 * PAGE, 3 * PAGE));
	assert_memory_equal(v->host + 16 * PAGE, v->host, 3 * PAGE);
	assert_errno(verbs_write(v, 0, &mr, 1, 3 * PAGE), EACCES);
	assert_good(brg_verbs_dereg(&mr));
	free(found);
	close(part.fd);
	close(memfd);
}

static void takes_the_whole_bar(void **state)
{
	struct verbs *v = *state;
	uint64_t whole = v->guest.bar_bytes;
	int fd = verbs_export(v, 0, whole);
	struct brg_verbs_mr mr;

	assert_good(verbs_reg(v, fd, whole, &mr));
	verbs_fill(v->host, 2 * PAGE, 50);
	assert_good(verbs_write(v, 0, &mr, 0, PAGE));
	assert_good(verbs_write(v, PAGE, &mr, whole - PAGE, PAGE));
	expect_in_bar(0, v->host, PAGE);
	expect_in_bar(whole - PAGE, v->host + PAGE, PAGE);
	assert_errno(verbs_write(v, 0, &mr, whole - PAGE + 1, PAGE), EACCES);
	expect_in_bar(whole - PAGE, v->host + PAGE, PAGE);
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

/* each kind that has a dma-buf, the baseline included */
static void takes_every_kind_of_dma_buf(void **state)
{
	static const char *const kinds[] = { "dmabuf", "dmabuf-pages",
					     "udmabuf" };
	struct verbs *v = *state;

	guest_close(&v->guest);
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct brg_mem_params params = {
			.bdf = guest_role("PROVIDER"),
			.bar = (unsigned int)atoi(guest_role("PROVIDER_BAR")),
			.size_bytes = 2 * MIB,
		};
		struct brg_verbs_mr mr;

		assert_good(
			brg_mem_open(brg_mem_find(kinds[i]), &params, &v->mem));
		assert_good(
			verbs_reg(v, brg_mem_dmabuf_fd(v->mem), 2 * MIB, &mr));
		verbs_fill(v->host, PART, 60 + i);
		assert_good(verbs_write(v, 0, &mr, PART, PART));
		brg_mem_load(v->mem, PART, v->host + PART, PART);
		assert_memory_equal(v->host, v->host + PART, PART);
		assert_good(brg_verbs_dereg(&mr));
		brg_mem_close(v->mem);
		v->mem = NULL;
	}
	guest_open(&v->guest, "PROVIDER");
}

/* a reset, too, is a revoke; and nothing that is posted afterwards arrives */
static void a_reset_ends_the_region(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, 64 * PAGE);
	struct brg_verbs_mr mr, again;

	assert_good(verbs_reg(v, fd, 64 * PAGE, &mr));
	verbs_fill(v->host, 2 * PAGE, 70);
	assert_good(verbs_write(v, 0, &mr, 0, PAGE));
	assert_good(brg_vfio_reset(&v->guest.vfio));
	expect_in_bar(0, v->host, PAGE);
	assert_errno(verbs_write(v, PAGE, &mr, 0, PAGE), EACCES);
	expect_in_bar(0, v->host, PAGE);
	/* the dma-buf is of use again, in a region of its own */
	assert_good(verbs_reg(v, fd, 64 * PAGE, &again));
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	assert_good(verbs_write(v, PAGE, &again, 0, PAGE));
	expect_in_bar(0, v->host + PAGE, PAGE);
	assert_good(brg_verbs_dereg(&again));
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

static const struct CMUnitTest tests[] = {
	VERBS_TEST(the_observer_sees_what_is_not_there),
	VERBS_TEST(writes_arrive_in_the_bar_and_nowhere_else),
	VERBS_TEST(reads_bring_what_is_in_the_bar),
	VERBS_TEST(moves_from_one_part_of_the_bar_to_another),
	VERBS_TEST(finds_each_range_where_it_is),
	VERBS_TEST(takes_a_part_of_a_dma_buf),
	VERBS_TEST(takes_a_part_of_a_udmabuf),
	VERBS_TEST(takes_the_whole_bar),
	VERBS_TEST(takes_every_kind_of_dma_buf),
	VERBS_TEST(a_reset_ends_the_region),
};

const struct guest_suite guest_verbs_data = GUEST_SUITE(tests);
