// SPDX-License-Identifier: GPL-2.0-only
/* What direct I/O the kinds of memory take that are dma-bufs. */
#include "kinds-dmabuf.h"

#include "pages.h"

#include <barrage/block.h>
#include <barrage/dmabuf.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define LEN KINDS_LEN

static uint8_t host[LEN] __attribute__((aligned(4096)));
static struct brg_block_stamp stamp = {
	.tag = 0xd3ab,
	.seed = 1,
	.block_bytes = 512,
};

/* Blocks from the memory to the disk, and others back, through @addr. */
static void check_direct(struct brg_mem *mem, void *addr)
{
	stamp.generation++;
	assert_good(brg_block_fill(host, LEN, 0, &stamp));
	brg_mem_store(mem, 0, host, LEN);
	assert_int_equal(pwrite(pages_disk(), addr, LEN, 0), LEN);
	memset(host, 0, LEN);
	assert_int_equal(pread(pages_disk(), host, LEN, 0), LEN);
	assert_good(brg_block_check(host, LEN, 0, &stamp, NULL));

	stamp.generation++;
	assert_good(brg_block_fill(host, LEN, 0, &stamp));
	assert_int_equal(pwrite(pages_disk(), host, LEN, 0), LEN);
	memset(host, 0, LEN);
	brg_mem_store(mem, 0, host, LEN);
	assert_int_equal(pread(pages_disk(), addr, LEN, 0), LEN);
	brg_mem_load(mem, 0, host, LEN);
	assert_good(brg_block_check(host, LEN, 0, &stamp, NULL));
}

static void direct_io_works_with_pages(void **state)
{
	struct brg_mem *mem = kinds_open(0, "dmabuf-pages");

	(void)state;
	assert_good(brg_mem_check_direct(brg_mem_kind(mem)));
	check_direct(mem, brg_mem_io_addr(mem));
	kinds_expect_proof(mem, BRG_VERDICT_P2P);
}

static void direct_io_works_through_the_memfd_of_a_udmabuf(void **state)
{
	struct brg_mem *mem = kinds_open(0, "udmabuf");

	(void)state;
	assert_good(brg_mem_check_direct(brg_mem_kind(mem)));
	check_direct(mem, brg_mem_io_addr(mem));
}

/* What the library and its users foretell is what the kernel does. */
static void expect_no_direct(void *addr)
{
	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(pread(pages_disk(), addr, PAGE, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(pwrite(pages_disk(), addr, PAGE, 0), -1);
	assert_int_equal(errno, EFAULT);
}

static void direct_io_without_pages_is_efault(void **state)
{
	struct brg_mem *mem = kinds_open(0, "dmabuf");

	(void)state;
	expect_no_direct(brg_mem_io_addr(mem));
	assert_errno(brg_mem_check_direct(brg_mem_kind(mem)), EOPNOTSUPP);
	assert_error("no struct pages to pin (EFAULT): use dmabuf-pages");
}

static void check_own_mapping(const char *kind)
{
	struct brg_mem *mem = kinds_open(0, kind);
	void *addr;

	assert_good(brg_dmabuf_map(brg_mem_dmabuf_fd(mem), LEN, &addr));
	expect_no_direct(addr);
	munmap(addr, LEN);
}

static void direct_io_through_a_udmabufs_own_mapping_is_efault(void **state)
{
	(void)state;
	check_own_mapping("udmabuf");
}

/* Pages are for mappings of the device: the dma-buf itself maps nothing. */
static void a_dmabuf_with_pages_has_no_mapping_of_its_own(void **state)
{
	struct brg_mem *mem = kinds_open(0, "dmabuf-pages");
	void *addr;

	(void)state;
	assert_errno(brg_dmabuf_map(brg_mem_dmabuf_fd(mem), LEN, &addr),
		     EOPNOTSUPP);
}

static const struct CMUnitTest tests[] = {
	KINDS_TEST(direct_io_works_with_pages),
	KINDS_TEST(direct_io_works_through_the_memfd_of_a_udmabuf),
	KINDS_TEST(direct_io_without_pages_is_efault),
	KINDS_TEST(direct_io_through_a_udmabufs_own_mapping_is_efault),
	KINDS_TEST(a_dmabuf_with_pages_has_no_mapping_of_its_own),
};

const struct guest_suite guest_kinds_direct = GUEST_SUITE(tests);
