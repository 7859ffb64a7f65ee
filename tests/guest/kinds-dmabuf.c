// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library's kinds of memory that are dma-bufs: where they are, what direct
 * I/O they take, and that it is the dma-buf's memory that data goes to.
 */
#include "guest.h"

#include <barrage/block.h>
#include <barrage/disk.h>
#include <barrage/dmabuf.h>
#include <barrage/mem.h>
#include <barrage/udmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define LEN (256 * 1024)
#define NR_PAGES (LEN / PAGE)

/* A test that fails leaves it to the fixture to close what it had open. */
static struct brg_mem *opened[2];
static int disk = -1;
static uint8_t host[LEN] __attribute__((aligned(4096)));
static struct brg_block_stamp stamp = {
	.tag = 0xd3ab,
	.seed = 1,
	.block_bytes = 512,
};

static int setup(void **state)
{
	return guest_mark(state);
}

static int teardown(void **state)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		brg_mem_close(opened[i]);
		opened[i] = NULL;
	}
	if (disk >= 0)
		close(disk);
	disk = -1;
	guest_expect_driver("PROVIDER", "");
	return guest_judge(state);
}

static struct brg_mem *open_at(size_t slot, const char *kind, size_t bytes)
{
	const struct brg_mem_ops *ops = brg_mem_find(kind);
	const struct brg_mem_params params = {
		.bdf = ops->flags & BRG_MEM_NEEDS_BDF ? guest_role("PROVIDER") :
							NULL,
		.bar = 2,
		.size_bytes = bytes,
	};

	assert_good(brg_mem_open(ops, &params, &opened[slot]));
	return opened[slot];
}

static struct brg_mem *open_kind(const char *kind)
{
	return open_at(0, kind, LEN);
}

static void open_disk(void)
{
	struct brg_disk found;

	assert_good(brg_disk_read(guest_role("DISK"), &found));
	assert_string_equal(found.bdf, guest_role("DISK_BDF"));
	assert_good(brg_disk_check_scratch(&found));
	disk = open(found.path, O_RDWR | O_DIRECT | O_CLOEXEC);
	assert_true(disk >= 0);
}

static void expect_proof(const struct brg_mem *mem, enum brg_verdict verdict)
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
	struct brg_mem *mem = open_kind(kind);
	uint64_t words[64], back[64];
	unsigned int i;

	for (i = 0; i < 64; i++)
		words[i] = (i + 1) * 0x9e3779b97f4a7c15ull;
	expect_proof(mem, verdict);
	brg_mem_store(mem, 4096, words, sizeof(words));
	brg_mem_load(mem, 4096, back, sizeof(back));
	assert_memory_equal(words, back, sizeof(words));
	expect_proof(mem, verdict);
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

	assert_good(brg_mem_prove(open_at(0, kind, LEN), &first));
	assert_good(brg_mem_prove(open_at(1, kind, LEN), &second));
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

/* Blocks from the memory to the disk, and others back, through @addr. */
static void check_direct(struct brg_mem *mem, void *addr)
{
	open_disk();
	stamp.generation++;
	assert_good(brg_block_fill(host, LEN, 0, &stamp));
	brg_mem_store(mem, 0, host, LEN);
	assert_int_equal(pwrite(disk, addr, LEN, 0), LEN);
	memset(host, 0, LEN);
	assert_int_equal(pread(disk, host, LEN, 0), LEN);
	assert_good(brg_block_check(host, LEN, 0, &stamp, NULL));

	stamp.generation++;
	assert_good(brg_block_fill(host, LEN, 0, &stamp));
	assert_int_equal(pwrite(disk, host, LEN, 0), LEN);
	memset(host, 0, LEN);
	brg_mem_store(mem, 0, host, LEN);
	assert_int_equal(pread(disk, addr, LEN, 0), LEN);
	brg_mem_load(mem, 0, host, LEN);
	assert_good(brg_block_check(host, LEN, 0, &stamp, NULL));
}

static void direct_io_works_with_pages(void **state)
{
	struct brg_mem *mem = open_kind("dmabuf-pages");

	(void)state;
	assert_good(brg_mem_check_direct(brg_mem_kind(mem)));
	check_direct(mem, brg_mem_io_addr(mem));
	expect_proof(mem, BRG_VERDICT_P2P);
}

static void direct_io_works_through_the_memfd_of_a_udmabuf(void **state)
{
	struct brg_mem *mem = open_kind("udmabuf");

	(void)state;
	assert_good(brg_mem_check_direct(brg_mem_kind(mem)));
	check_direct(mem, brg_mem_io_addr(mem));
}

/* What the library and its users foretell is what the kernel does. */
static void expect_no_direct(void *addr)
{
	open_disk();
	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(pread(disk, addr, PAGE, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(pwrite(disk, addr, PAGE, 0), -1);
	assert_int_equal(errno, EFAULT);
}

static void direct_io_without_pages_is_efault(void **state)
{
	struct brg_mem *mem = open_kind("dmabuf");

	(void)state;
	expect_no_direct(brg_mem_io_addr(mem));
	assert_errno(brg_mem_check_direct(brg_mem_kind(mem)), EOPNOTSUPP);
	assert_error("no struct pages to pin (EFAULT): use dmabuf-pages");
}

static void check_own_mapping(const char *kind)
{
	struct brg_mem *mem = open_kind(kind);
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
	struct brg_mem *mem = open_kind("dmabuf-pages");
	void *addr;

	(void)state;
	assert_errno(brg_dmabuf_map(brg_mem_dmabuf_fd(mem), LEN, &addr),
		     EOPNOTSUPP);
}

static void a_revoked_one_is_gone_for_the_cpu_as_well(void **state)
{
	static const char *const kinds[] = { "dmabuf", "dmabuf-pages" };
	struct brg_mem *mem;
	void *addr;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		mem = open_kind(kinds[i]);
		assert_int_equal(guest_touch(brg_mem_io_addr(mem), true), 0);
		assert_good(brg_dmabuf_revoke(brg_mem_vfio(mem),
					      brg_mem_dmabuf_fd(mem)));
		/* mappings of the device go on, but without pages */
		assert_int_equal(guest_touch(brg_mem_io_addr(mem), true),
				 i ? 0 : SIGBUS);
		if (!i)
			assert_errno(brg_dmabuf_map(brg_mem_dmabuf_fd(mem), LEN,
						    &addr),
				     ENODEV);
		brg_mem_close(mem);
		opened[0] = NULL;
	}
}

static void what_is_revoked_must_be_of_this_device(void **state)
{
	struct brg_mem *bar = open_at(0, "dmabuf", LEN);
	struct brg_mem *ram = open_at(1, "udmabuf", LEN);
	const struct brg_vfio *vfio = brg_mem_vfio(bar);

	(void)state;
	assert_errno(brg_dmabuf_revoke(vfio, brg_mem_dmabuf_fd(ram)), EINVAL);
	assert_error("not one that this device exported");
	open_disk();
	assert_errno(brg_dmabuf_revoke(vfio, disk), EINVAL);
	assert_errno(brg_dmabuf_revoke(vfio, -1), EBADF);
	assert_errno(brg_dmabuf_revoke(vfio, 1 << 20), EBADF);
	assert_error("no dma-buf is open there");
	expect_proof(bar, BRG_VERDICT_P2P);
}

static void descriptor_0_is_as_good_as_any(void **state)
{
	struct brg_mem *mem = open_kind("dmabuf");
	int saved = dup(0);
	void *addr;

	(void)state;
	assert_true(saved > 0);
	assert_int_equal(dup2(brg_mem_dmabuf_fd(mem), 0), 0);
	assert_good(brg_dmabuf_map(0, LEN, &addr));
	munmap(addr, LEN);
	assert_good(brg_dmabuf_revoke(brg_mem_vfio(mem), 0));
	assert_errno(brg_dmabuf_map(0, LEN, &addr), ENODEV);
	assert_error("dma-buf 0: it is revoked for good");
	assert_int_equal(dup2(saved, 0), 0);
	close(saved);
}

static void more_ranges_than_fit_are_refused(void **state)
{
	static struct brg_dmabuf_range ranges[BRG_DMABUF_MAX_RANGES];
	struct brg_mem *mem = open_kind("dmabuf");
	const struct brg_vfio *vfio = brg_mem_vfio(mem);
	void *addr;
	size_t i;
	int fd;

	(void)state;
	/* the same page each time, which is allowed without pages */
	for (i = 0; i < BRG_DMABUF_MAX_RANGES; i++)
		ranges[i] = (struct brg_dmabuf_range){ MIB, PAGE };
	assert_good(brg_dmabuf_export_ranges(vfio, 2, ranges,
					     BRG_DMABUF_MAX_RANGES, 0, &fd));
	assert_good(brg_dmabuf_map(fd, BRG_DMABUF_MAX_RANGES * PAGE, &addr));
	*(volatile uint64_t *)addr = 0x1122334455667788;
	assert_true(*((volatile uint64_t *)addr +
		      (BRG_DMABUF_MAX_RANGES - 1) * PAGE / 8) ==
		    0x1122334455667788);
	munmap(addr, BRG_DMABUF_MAX_RANGES * PAGE);
	close(fd);
	assert_errno(brg_dmabuf_export_ranges(vfio, 2, ranges,
					      BRG_DMABUF_MAX_RANGES + 1, 0,
					      &fd),
		     EINVAL);
	assert_error("from 1 to 4000");
	assert_errno(brg_dmabuf_export_ranges(vfio, 2, ranges, 0, 0, &fd),
		     EINVAL);
	ranges[0].offset = 64 * MIB;
	assert_errno(brg_dmabuf_export_ranges(vfio, 2, ranges, 1, 0, &fd),
		     EINVAL);
	assert_error("within the BAR");
}

#define KINDS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	KINDS_TEST(dmabuf_is_proved_to_be_the_bar),
	KINDS_TEST(dmabuf_pages_is_proved_to_be_the_bar),
	KINDS_TEST(udmabuf_is_proved_to_be_host_memory),
	KINDS_TEST(dmabufs_are_pieces_of_one_bar),
	KINDS_TEST(dmabufs_with_pages_are_pieces_of_one_bar),
	KINDS_TEST(direct_io_works_with_pages),
	KINDS_TEST(direct_io_works_through_the_memfd_of_a_udmabuf),
	KINDS_TEST(direct_io_without_pages_is_efault),
	KINDS_TEST(direct_io_through_a_udmabufs_own_mapping_is_efault),
	KINDS_TEST(a_dmabuf_with_pages_has_no_mapping_of_its_own),
	KINDS_TEST(a_revoked_one_is_gone_for_the_cpu_as_well),
	KINDS_TEST(what_is_revoked_must_be_of_this_device),
	KINDS_TEST(descriptor_0_is_as_good_as_any),
	KINDS_TEST(more_ranges_than_fit_are_refused),
};

const struct guest_suite guest_kinds_dmabuf = GUEST_SUITE(tests);
