// SPDX-License-Identifier: GPL-2.0-only
/* Revoking the kinds of memory that are dma-bufs, and what cannot be. */
#include "kinds-dmabuf.h"

#include "pages.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define LEN KINDS_LEN

static void a_revoked_one_is_gone_for_the_cpu_as_well(void **state)
{
	static const char *const kinds[] = { "dmabuf", "dmabuf-pages" };
	struct brg_mem *mem;
	void *addr;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		mem = kinds_open(0, kinds[i]);
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
		kinds_close(0);
	}
}

static void what_is_revoked_must_be_of_this_device(void **state)
{
	struct brg_mem *bar = kinds_open(0, "dmabuf");
	struct brg_mem *ram = kinds_open(1, "udmabuf");
	const struct brg_vfio *vfio = brg_mem_vfio(bar);

	(void)state;
	assert_errno(brg_dmabuf_revoke(vfio, brg_mem_dmabuf_fd(ram)), EINVAL);
	assert_error("not one that this device exported");
	assert_errno(brg_dmabuf_revoke(vfio, pages_disk()), EINVAL);
	assert_errno(brg_dmabuf_revoke(vfio, -1), EBADF);
	assert_errno(brg_dmabuf_revoke(vfio, 1 << 20), EBADF);
	assert_error("no dma-buf is open there");
	kinds_expect_proof(bar, BRG_VERDICT_P2P);
}

static void descriptor_0_is_as_good_as_any(void **state)
{
	struct brg_mem *mem = kinds_open(0, "dmabuf");
	int saved = dup(0), moved, mapped, revoked, again;
	void *addr;

	(void)state;
	assert_true(saved > 0);
	moved = dup2(brg_mem_dmabuf_fd(mem), 0);
	mapped = brg_dmabuf_map(0, LEN, &addr);
	if (!mapped)
		munmap(addr, LEN);
	revoked = brg_dmabuf_revoke(brg_mem_vfio(mem), 0);
	again = brg_dmabuf_map(0, LEN, &addr);
	/* before anything may fail: 0 is what it was */
	assert_int_equal(dup2(saved, 0), 0);
	close(saved);
	assert_int_equal(moved, 0);
	assert_int_equal(mapped, 0);
	assert_int_equal(revoked, 0);
	assert_errno(again, ENODEV);
	assert_error("dma-buf 0: it is revoked for good");
}

static void more_ranges_than_fit_are_refused(void **state)
{
	static struct brg_dmabuf_range ranges[BRG_DMABUF_MAX_RANGES];
	struct brg_mem *mem = kinds_open(0, "dmabuf");
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
	assert_error("reaches beyond the end");
}

static const struct CMUnitTest tests[] = {
	KINDS_TEST(a_revoked_one_is_gone_for_the_cpu_as_well),
	KINDS_TEST(what_is_revoked_must_be_of_this_device),
	KINDS_TEST(descriptor_0_is_as_good_as_any),
	KINDS_TEST(more_ranges_than_fit_are_refused),
};

const struct guest_suite guest_kinds_revoke = GUEST_SUITE(tests);
