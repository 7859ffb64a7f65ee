// SPDX-License-Identifier: GPL-2.0-only
/* Who may import a BAR, in which order, and what is refused with which errno. */
#include "importer.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <importer-uapi.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static int attach(enum brg_importer_mode mode)
{
	return brg_importer_attach(&importer_get()->it[0],
				   importer_get()->dmabuf, mode, NULL);
}

static void importer_a_bar_wants_importers_that_can_be_revoked(void **state)
{
	const struct brg_importer *it = &importer_get()->it[0];

	importer_export(*state);
	assert_errno(attach(BRG_IMPORTER_PINNED), EOPNOTSUPP);
	assert_errno(attach(BRG_IMPORTER_STATIC), EOPNOTSUPP);
	assert_errno(attach(BRG_IMPORTER_NO_PEERS), EOPNOTSUPP);
	importer_expect_state(it, BRG_IMPORTER_DETACHED);
	assert_good(attach(BRG_IMPORTER_REVOCABLE));
	assert_good(brg_importer_detach(it, NULL));
	assert_good(attach(BRG_IMPORTER_DYNAMIC));
}

static void importer_what_was_revoked_cannot_be_attached(void **state)
{
	const struct guest *guest = *state;

	importer_export(guest);
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_errno(attach(BRG_IMPORTER_DYNAMIC), ENODEV);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_good(attach(BRG_IMPORTER_DYNAMIC));
	assert_good(brg_importer_detach(&importer_get()->it[0], NULL));
	assert_good(brg_dmabuf_revoke(&guest->vfio, importer_get()->dmabuf));
	assert_errno(attach(BRG_IMPORTER_DYNAMIC), ENODEV);
	assert_errno(attach(BRG_IMPORTER_REVOCABLE), ENODEV);
}

static void importer_calls_have_an_order(void **state)
{
	const struct brg_importer *it = &importer_get()->it[0];
	struct brg_importer_range range;

	importer_export(*state);
	assert_errno(brg_importer_detach(it, NULL), ENOTCONN);
	assert_errno(brg_importer_map(it, BRG_IMPORTER_RW, NULL), ENOTCONN);
	assert_errno(brg_importer_unmap(it, NULL), ENOTCONN);
	assert_errno(importer_dma(it, true, 0, 1), ENOTCONN);
	assert_good(attach(BRG_IMPORTER_REVOCABLE));
	assert_errno(attach(BRG_IMPORTER_REVOCABLE), EBUSY);
	assert_errno(brg_importer_unmap(it, NULL), ENOENT);
	assert_errno(importer_dma(it, true, 0, 1), ENOENT);
	assert_errno(brg_importer_ranges(it, &range, 1), ENOENT);
	assert_good(brg_importer_map(it, BRG_IMPORTER_RW, NULL));
	assert_errno(brg_importer_map(it, BRG_IMPORTER_RW, NULL), EBUSY);
	importer_expect_state(it, BRG_IMPORTER_MAPPED);
	assert_good(brg_importer_unmap(it, NULL));
	importer_expect_state(it, BRG_IMPORTER_ATTACHED);
	assert_errno(importer_dma(it, true, 0, 1), ENOENT);
	assert_good(brg_importer_map(it, BRG_IMPORTER_RW, NULL));
	assert_good(brg_importer_detach(it, NULL));
	importer_expect_state(it, BRG_IMPORTER_DETACHED);
}

static void importer_only_dma_bufs_are_taken(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *it = &importer_get()->it[0];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_errno(brg_importer_attach(it, -1, 0, NULL), EBADF);
	assert_errno(brg_importer_attach(it, 9999, 0, NULL), EBADF);
	assert_errno(brg_importer_attach(it, null, 0, NULL), EINVAL);
	assert_errno(brg_importer_attach(it, guest->vfio.fd, 0, NULL), EINVAL);
	assert_errno(brg_importer_attach(it, it->fd, 0, NULL), EINVAL);
	close(null);
}

static void importer_descriptor_0_is_one_like_the_others(void **state)
{
	const struct brg_importer *it = &importer_get()->it[0];
	int fd = importer_export(*state), saved, ret;

	saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
	assert_int_equal(dup2(fd, 0), 0);
	ret = brg_importer_attach(it, 0, BRG_IMPORTER_REVOCABLE, NULL);
	if (saved >= 0) {
		dup2(saved, 0);
		close(saved);
	} else {
		close(0);
	}
	assert_good(ret);
	/* neither of the files is needed any more */
	close(fd);
	importer_get()->dmabuf = -1;
	assert_good(brg_importer_map(it, BRG_IMPORTER_RW, NULL));
	importer_expect_works(*state, it, 0, 1);
}

static void importer_dma_stays_inside(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);
	struct brg_importer_dma dma = { .to_dmabuf = true };
	const uint64_t end = IMPORTER_LEN;

	assert_errno(importer_dma(it, true, 0, 0), EINVAL);
	assert_errno(importer_dma(it, true, end, 1), EINVAL);
	assert_errno(importer_dma(it, true, end - 1, 2), EINVAL);
	assert_errno(importer_dma(it, true, UINT64_MAX, 2), EINVAL);
	assert_errno(importer_dma(it, true, 0, BRG_IMPORTER_BUFFER_BYTES + 1),
		     EINVAL);
	assert_errno(importer_dma(it, true, 0, UINT32_MAX), EINVAL);
	dma.length_bytes = 2;
	dma.buffer_offset = BRG_IMPORTER_BUFFER_BYTES - 1;
	assert_errno(brg_importer_dma(it, &dma), EINVAL);
	dma.buffer_offset = UINT32_MAX;
	assert_errno(brg_importer_dma(it, &dma), EINVAL);
	/* the last byte of each */
	dma.buffer_offset = BRG_IMPORTER_BUFFER_BYTES - 1;
	dma.length_bytes = 1;
	dma.offset = end - 1;
	assert_good(brg_importer_dma(it, &dma));
}

static int raw(unsigned long request, void *arg)
{
	return ioctl(importer_get()->it[0].fd, request, arg) ? -errno : 0;
}

static void importer_arguments_are_checked(void **state)
{
	struct barrage_importer_attach attachment = { .mode = 5 };
	struct barrage_importer_map map = { .access = 4 };
	struct barrage_importer_dma dma = { .length = 1, .flags = 4 };
	struct barrage_importer_delay delay = {
		.ms = BARRAGE_IMPORTER_MAX_DELAY_MS + 1,
	};
	struct barrage_importer_buffer buffer = { .length = 8 };
	struct barrage_importer_ranges ranges = { .reserved = 1 };

	attachment.fd = importer_export(*state);
	assert_errno(raw(BARRAGE_IMPORTER_ATTACH, &attachment), EINVAL);
	assert_errno(raw(BARRAGE_IMPORTER_ATTACH, NULL), EFAULT);
	importer_attach(0, BRG_IMPORTER_REVOCABLE);
	assert_errno(raw(BARRAGE_IMPORTER_MAP, &map), EINVAL);
	map.access = 0;
	assert_errno(raw(BARRAGE_IMPORTER_MAP, &map), EINVAL);
	assert_errno(raw(BARRAGE_IMPORTER_DMA, &dma), EINVAL);
	dma.flags = 0;
	dma.reserved = 1;
	assert_errno(raw(BARRAGE_IMPORTER_DMA, &dma), EINVAL);
	assert_errno(raw(BARRAGE_IMPORTER_DELAY, &delay), EINVAL);
	delay.ms = 0;
	delay.slow = 3;
	assert_errno(raw(BARRAGE_IMPORTER_DELAY, &delay), EINVAL);
	/* no such memory of user space, after the DMA and before it */
	assert_errno(raw(BARRAGE_IMPORTER_LOAD, &buffer), EFAULT);
	assert_errno(raw(BARRAGE_IMPORTER_STORE, &buffer), EFAULT);
	buffer.offset = BARRAGE_IMPORTER_BUFFER_BYTES - 7;
	assert_errno(raw(BARRAGE_IMPORTER_LOAD, &buffer), EINVAL);
	buffer.offset = UINT32_MAX;
	assert_errno(raw(BARRAGE_IMPORTER_STORE, &buffer), EINVAL);
	buffer.length = 0;
	assert_errno(raw(BARRAGE_IMPORTER_STORE, &buffer), EINVAL);
	assert_errno(raw(BARRAGE_IMPORTER_RANGES, &ranges), EINVAL);
	assert_errno(raw(_IO(BARRAGE_IMPORTER_IOC, 99), NULL), ENOTTY);
	assert_errno(raw(_IOW(BARRAGE_IMPORTER_IOC, 0, char[512]), NULL),
		     ENOTTY);
	assert_errno(raw(FIONBIO + 0x100, NULL), ENOTTY);
}

static void importer_only_edu_is_driven(void **state)
{
	struct brg_pci_binding binding;

	assert_errno(
		brg_pci_bind(guest_role("CMB"), BRG_IMPORTER_DRIVER, &binding),
		ENODEV);
}

/* What maps and unmaps leaves nothing: kmemleak and the ledger of addresses */
static void importer_the_same_addresses_come_again(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);
	struct brg_importer_range first, now;
	int i;

	assert_int_equal(brg_importer_ranges(it, &first, 1), 1);
	for (i = 0; i < 200; i++) {
		assert_good(brg_importer_detach(it, NULL));
		importer_attach(0, BRG_IMPORTER_REVOCABLE);
	}
	assert_int_equal(brg_importer_ranges(it, &now, 1), 1);
	assert_int_equal(now.length_bytes, IMPORTER_LEN);
	/* of 4 GiB, 200 that were kept would be 50 MiB further down */
	assert_true(first.address < now.address + 64 * IMPORTER_LEN);
	importer_expect_works(*state, it, 0, 2);
}

static const struct CMUnitTest tests[] = {
	IMPORTER_TEST(importer_a_bar_wants_importers_that_can_be_revoked),
	IMPORTER_TEST(importer_what_was_revoked_cannot_be_attached),
	IMPORTER_TEST(importer_calls_have_an_order),
	IMPORTER_TEST(importer_only_dma_bufs_are_taken),
	IMPORTER_TEST(importer_descriptor_0_is_one_like_the_others),
	IMPORTER_TEST(importer_dma_stays_inside),
	IMPORTER_TEST(importer_arguments_are_checked),
	IMPORTER_TEST(importer_only_edu_is_driven),
	IMPORTER_TEST(importer_the_same_addresses_come_again),
};

const struct guest_suite guest_importer_attach = GUEST_SUITE(tests);
