// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a region of a dma-buf cannot be made of: the errno of each, and the line
 * that explains it.
 */
#include "verbs.h"

#include "host.h"

#include <barrage/udmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define BYTES (16 * PAGE)

static int reg(const struct verbs *v, int fd, uint64_t offset, uint64_t bytes,
	       uint64_t iova)
{
	const struct brg_verbs_dmabuf dmabuf = {
		.fd = fd,
		.offset = offset,
		.bytes = bytes,
		.iova = iova,
	};
	struct brg_verbs_mr mr = {};
	int ret;

	brg_clear_error();
	ret = brg_verbs_reg_dmabuf(v->dev, &dmabuf, &mr);
	if (ret) {
		assert_null(mr.verbs);
		assert_error(BRG_RXE_NAME);
		assert_error("(rxe)");
	} else {
		assert_good(brg_verbs_dereg(&mr));
	}
	return ret;
}

static void fd_0_is_a_dma_buf_like_any_other(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES), stdin_fd = dup(0), ret;
	struct brg_verbs_mr mr;

	assert_true(stdin_fd >= 0);
	assert_int_equal(dup2(fd, 0), 0);
	close(fd);
	ret = verbs_reg(v, 0, BYTES, &mr);
	assert_int_equal(dup2(stdin_fd, 0), 0);
	close(stdin_fd);
	assert_good(ret);
	/* the region holds the dma-buf, which no file does any more */
	verbs_fill(v->host, BYTES, 1);
	assert_good(verbs_write(v, 0, &mr, 0, BYTES));
	assert_int_equal(host_holds("provider", 0, v->host, PAGE), 0);
	assert_int_equal(host_holds("provider", BYTES - PAGE,
				    v->host + BYTES - PAGE, PAGE),
			 0);
	assert_good(brg_verbs_dereg(&mr));
}

static void refuses_lengths_that_cannot_be(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);

	assert_errno(reg(v, fd, 0, 0, 0), EINVAL);
	assert_error("a byte at least");
	assert_errno(reg(v, fd, 0, BYTES + 1, 0), EINVAL);
	assert_error("the dma-buf ends at 65536");
	assert_errno(reg(v, fd, BYTES, 1, 0), EINVAL);
	assert_error("the dma-buf ends at 65536");
	assert_errno(reg(v, fd, 0, 1ull << 63, 0), EINVAL);
	assert_error("the dma-buf ends at 65536");
	assert_errno(reg(v, fd, -PAGE, 2 * PAGE, 0), EINVAL);
	assert_error("overflow");
	assert_errno(reg(v, fd, PAGE, -PAGE, 0), EINVAL);
	assert_error("overflow");
	assert_good(reg(v, fd, 0, BYTES, 0));
	assert_good(reg(v, fd, BYTES - 1, 1, PAGE - 1));
	close(fd);
}

static void refuses_addresses_that_are_not_alike(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);

	assert_errno(reg(v, fd, 1, PAGE, 0), EINVAL);
	assert_error("offset 0x1 and iova 0 differ within a page");
	assert_errno(reg(v, fd, 0, PAGE, 0x800), EINVAL);
	assert_error("differ within a page");
	assert_good(reg(v, fd, 0x800, PAGE, 0x800));
	close(fd);
}

static void refuses_what_is_no_dma_buf(void **state)
{
	struct verbs *v = *state;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int closed = dup(null), memfd;

	assert_true(null >= 0 && closed >= 0);
	close(closed);
	assert_errno(reg(v, closed, 0, PAGE, 0), EBADF);
	assert_error("no such file is open");
	assert_errno(reg(v, -1, 0, PAGE, 0), EBADF);
	assert_errno(reg(v, null, 0, PAGE, 0), EINVAL);
	assert_error("not a dma-buf");
	assert_good(brg_udmabuf_memfd(BYTES, &memfd));
	assert_errno(reg(v, memfd, 0, PAGE, 0), EINVAL);
	assert_error("not a dma-buf");
	close(memfd);
	close(null);
}

/* what is in it is checked elsewhere */
static void takes_a_dma_buf_of_somebody_else(void **state)
{
	const struct brg_dmabuf_range whole = { 0, BYTES };
	struct verbs *v = *state;
	int memfd, fd;

	assert_good(brg_udmabuf_memfd(BYTES, &memfd));
	assert_good(brg_udmabuf_create(memfd, &whole, 1, &fd));
	assert_good(reg(v, fd, 0, BYTES, 0));
	assert_errno(reg(v, fd, PAGE, BYTES, PAGE), EINVAL);
	close(fd);
	close(memfd);
}

static void refuses_a_dma_buf_that_is_revoked(void **state)
{
	struct verbs *v = *state;
	int off = verbs_export(v, 0, BYTES), gone = verbs_export(v, 0, BYTES);

	assert_good(brg_dmabuf_revoke(&v->guest.vfio, gone));
	assert_errno(reg(v, gone, 0, PAGE, 0), ENODEV);
	assert_error("it is revoked");
	assert_good(reg(v, off, 0, PAGE, 0));
	assert_good(brg_vfio_set_memory(&v->guest.vfio, false));
	assert_errno(reg(v, off, 0, PAGE, 0), ENODEV);
	assert_error("enable the device's memory");
	assert_good(brg_vfio_set_memory(&v->guest.vfio, true));
	assert_good(reg(v, off, 0, PAGE, 0));
	assert_errno(reg(v, gone, 0, PAGE, 0), ENODEV);
	close(off);
	close(gone);
}

static void refuses_a_dma_buf_whose_device_went_away(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);
	struct brg_verbs_mr mr;

	assert_good(verbs_reg(v, fd, BYTES, &mr));
	guest_close(&v->guest);
	assert_errno(reg(v, fd, 0, PAGE, 0), ENODEV);
	assert_error("was closed or has gone");
	assert_errno(verbs_write(v, 0, &mr, 0, PAGE), EACCES);
	guest_open(&v->guest, "PROVIDER");
	assert_errno(reg(v, fd, 0, PAGE, 0), ENODEV);
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

static void names_the_driver_that_does_not_take_it(void **state)
{
	struct verbs *v = *state;
	struct brg_verbs *found = NULL;
	int fd = verbs_export(v, 0, BYTES);

	assert_good(brg_verbs_find_importer(fd, &found));
	assert_string_equal(found->info.name, BRG_RXE_NAME);
	brg_verbs_close(found);
	/* a device that has nothing to do DMA with */
	assert_good(brg_pci_restore(&v->parent));
	assert_errno(reg(v, fd, 0, PAGE, 0), EOPNOTSUPP);
	assert_error("rxe: it has no dma-buf memory regions");
	found = NULL;
	assert_errno(brg_verbs_find_importer(fd, &found), EOPNOTSUPP);
	assert_error("no RDMA device takes");
	assert_error(BRG_RXE_NAME);
	assert_null(found);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	VERBS_TEST(fd_0_is_a_dma_buf_like_any_other),
	VERBS_TEST(refuses_lengths_that_cannot_be),
	VERBS_TEST(refuses_addresses_that_are_not_alike),
	VERBS_TEST(refuses_what_is_no_dma_buf),
	VERBS_TEST(takes_a_dma_buf_of_somebody_else),
	VERBS_TEST(refuses_a_dma_buf_that_is_revoked),
	VERBS_TEST(refuses_a_dma_buf_whose_device_went_away),
	VERBS_TEST(names_the_driver_that_does_not_take_it),
};

const struct guest_suite guest_verbs_inputs = GUEST_SUITE(tests);
