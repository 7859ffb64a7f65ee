// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BAR that is mapped for DMA by another device, and whatever makes its own
 * device stop to respond: DMA faults from then on, in each address space that
 * has it, and works when it was mapped again.
 */
#include "ioas.h"

#include <barrage/dmabuf.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <unistd.h>

static int set_feature(const struct guest *guest, uint32_t feature, void *data,
		       size_t len)
{
	return brg_vfio_feature(&guest->vfio, VFIO_DEVICE_FEATURE_SET | feature,
				data, len);
}

/* After the device's memory is back, the old mapping stays dead; a new one works */
static void expect_mapped_again(const struct guest *guest, uint64_t seed)
{
	struct ioas *ioas = ioas_get();

	ioas_expect_stopped(guest, IOAS_BAR, IOAS_OFFSET);
	assert_errno(ioas_map_errno(ioas->dmabuf), EEXIST);
	assert_error("unmap what is there");
	ioas_unmap();
	assert_good(ioas_map_errno(ioas->dmabuf));
	ioas_expect_works(guest, seed);
}

static void ioas_revoked_by_reset_and_mapped_again(void **state)
{
	const struct guest *guest = *state;

	ioas_map(guest);
	ioas_expect_works(guest, 1);
	assert_good(brg_vfio_reset(&guest->vfio));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	expect_mapped_again(guest, 2);
}

/* many times: nothing is left behind of those before */
static void ioas_revoked_by_each_of_many_resets(void **state)
{
	const struct guest *guest = *state;
	int i;

	ioas_map(guest);
	for (i = 0; i < 10; i++) {
		ioas_expect_works(guest, 10 + i);
		assert_good(brg_vfio_reset(&guest->vfio));
		assert_good(brg_vfio_set_memory(&guest->vfio, true));
		ioas_unmap();
		assert_good(ioas_map_errno(ioas_get()->dmabuf));
	}
	ioas_expect_works(guest, 20);
}

static void ioas_revoked_by_a_reset_of_others(void **state)
{
	const struct guest *guest = *state;

	ioas_map(guest);
	assert_good(
		brg_sysfs_write("1", "bus/pci/devices/%s/reset", guest->bdf));
	expect_mapped_again(guest, 3);
}

static void ioas_revoked_while_memory_is_off(void **state)
{
	const struct guest *guest = *state;
	struct ioas *ioas = ioas_get();

	ioas_map(guest);
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_errno(ioas_map_errno(ioas->dmabuf), ENODEV);
	assert_error("revoked");
	ioas_unmap();
	assert_errno(ioas_map_errno(ioas->dmabuf), ENODEV);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_good(ioas_map_errno(ioas->dmabuf));
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	expect_mapped_again(guest, 4);
}

static void ioas_revoked_in_low_power(void **state)
{
	const struct guest *guest = *state;

	ioas_map(guest);
	assert_good(set_feature(guest, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
				NULL, 0));
	ioas_provoke(IOAS_BAR);
	assert_good(set_feature(guest, VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, NULL,
				0));
	expect_mapped_again(guest, 5);
}

static void ioas_revoked_for_good(void **state)
{
	struct vfio_device_feature_dma_buf_revoke revoke = { 0 };
	const struct guest *guest = *state;
	struct ioas *ioas = ioas_get();

	ioas_map(guest);
	revoke.dmabuf_fd = ioas->dmabuf;
	assert_good(set_feature(guest, VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE,
				&revoke, sizeof(revoke)));
	ioas_expect_stopped(guest, IOAS_BAR, IOAS_OFFSET);
	ioas_unmap();
	assert_errno(ioas_map_errno(ioas->dmabuf), ENODEV);
	ioas_map(guest);
	ioas_expect_works(guest, 6);
}

static void ioas_revoked_for_good_when_the_device_is_closed(void **state)
{
	struct guest *guest = *state;
	struct ioas *ioas = ioas_get();

	ioas_map(guest);
	guest_reopen(guest);
	ioas_expect_stopped(guest, IOAS_BAR, IOAS_OFFSET);
	ioas_unmap();
	assert_errno(ioas_map_errno(ioas->dmabuf), ENODEV);
	assert_error("export another");
	ioas_map(guest);
	ioas_expect_works(guest, 7);
}

/* Two imports in one address space, one in another, a copy of one of them */
static void ioas_revoked_wherever_it_is_mapped(void **state)
{
	const struct guest *guest = *state;
	struct ioas *ioas = ioas_get();
	const struct brg_vfio *vfio = &ioas->edu.vfio;
	struct brg_iommufd_slice slice = {
		.start_bytes = PAGE,
		.length_bytes = 8 * PAGE,
		.iova = IOAS_OTHER_BAR,
		.fixed = true,
	};
	uint64_t bytes, copied;
	uint32_t other;

	ioas_map(guest);
	slice.fd = ioas->dmabuf;
	assert_good(brg_iommufd_ioas_map_slice(&vfio->iommufd, vfio->ioas_id,
					       &slice));
	assert_good(brg_iommufd_ioas_alloc(&vfio->iommufd, &other));
	assert_good(brg_iommufd_ioas_map_slice(&vfio->iommufd, other, &slice));
	assert_good(brg_iommufd_ioas_copy(&vfio->iommufd, vfio->ioas_id,
					  IOAS_BAR, IOAS_LEN, other, &copied));
	assert_good(brg_vfio_reset(&guest->vfio));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	ioas_expect_stopped(guest, IOAS_BAR, IOAS_OFFSET);
	ioas_expect_stopped(guest, IOAS_OTHER_BAR, IOAS_OFFSET + PAGE);
	/* the device finds what is revoked where it comes later */
	assert_good(ioas_attach(other));
	ioas_provoke(copied);
	ioas_provoke(IOAS_OTHER_BAR);
	assert_good(brg_iommufd_ioas_unmap_all(&vfio->iommufd, other, &bytes));
	assert_int_equal(bytes, IOAS_LEN + slice.length_bytes);
	assert_good(ioas_attach(vfio->ioas_id));
	ioas_unmap();
	assert_good(ioas_map_errno(ioas->dmabuf));
	ioas_expect_works(guest, 8);
}

/* What was revoked can be copied, and is revoked there as well */
static void ioas_a_copy_of_what_is_revoked_is_revoked(void **state)
{
	const struct guest *guest = *state;
	struct ioas *ioas = ioas_get();
	const struct brg_vfio *vfio = &ioas->edu.vfio;
	uint64_t copied;

	ioas_map(guest);
	assert_good(brg_vfio_reset(&guest->vfio));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_good(brg_iommufd_ioas_copy(&vfio->iommufd, vfio->ioas_id,
					  IOAS_BAR, IOAS_LEN, vfio->ioas_id,
					  &copied));
	ioas_provoke(copied);
}

/* Revoking one part of a BAR leaves the others */
static void ioas_others_of_the_same_bar_stay(void **state)
{
	struct vfio_device_feature_dma_buf_revoke revoke = { 0 };
	const struct guest *guest = *state;
	struct ioas *ioas = ioas_get();
	const struct brg_vfio *vfio = &ioas->edu.vfio;
	struct brg_iommufd_slice slice = {
		.length_bytes = IOAS_LEN,
		.iova = IOAS_OTHER_BAR,
		.fixed = true,
	};

	ioas_map(guest);
	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, IOAS_OFFSET,
				      IOAS_LEN, &slice.fd));
	assert_good(brg_iommufd_ioas_map_slice(&vfio->iommufd, vfio->ioas_id,
					       &slice));
	revoke.dmabuf_fd = slice.fd;
	assert_good(set_feature(guest, VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE,
				&revoke, sizeof(revoke)));
	close(slice.fd);
	ioas_expect_stopped(guest, IOAS_OTHER_BAR, IOAS_OFFSET);
	ioas_expect_works(guest, 9);
}

static const struct CMUnitTest tests[] = {
	IOAS_TEST(ioas_revoked_by_reset_and_mapped_again),
	IOAS_TEST(ioas_revoked_by_each_of_many_resets),
	IOAS_TEST(ioas_revoked_by_a_reset_of_others),
	IOAS_TEST(ioas_revoked_while_memory_is_off),
	IOAS_TEST(ioas_revoked_in_low_power),
	IOAS_TEST(ioas_revoked_for_good),
	IOAS_TEST(ioas_revoked_for_good_when_the_device_is_closed),
	IOAS_TEST(ioas_revoked_wherever_it_is_mapped),
	IOAS_TEST(ioas_a_copy_of_what_is_revoked_is_revoked),
	IOAS_TEST(ioas_others_of_the_same_bar_stay),
};

const struct guest_suite guest_ioas_revoke = GUEST_SUITE(tests);
