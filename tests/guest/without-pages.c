// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel without ZONE_DEVICE: device memory has no struct pages, so that it
 * can be mapped as ever, but neither registered nor exported. What depends on
 * that says ENOTTY, as for any feature that VFIO does not have.
 */
#include "guest.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int probe(const struct guest *guest, uint32_t feature)
{
	return brg_vfio_feature(&guest->vfio,
				feature | VFIO_DEVICE_FEATURE_PROBE, NULL, 0);
}

static void export_is_enotty(void **state)
{
	const struct guest *guest = *state;
	int fd = -1;

	assert_errno(
		brg_dmabuf_export(&guest->vfio, guest->bar, 0, 2 * MIB, &fd),
		ENOTTY);
	assert_int_equal(fd, -1);
	assert_errno(probe(guest, VFIO_DEVICE_FEATURE_GET |
					  VFIO_DEVICE_FEATURE_DMA_BUF),
		     ENOTTY);
}

static void revoke_and_attributes_are_enotty(void **state)
{
	const struct guest *guest = *state;
	struct vfio_device_feature_dma_buf_revoke revoke = { .dmabuf_fd = 0 };
	struct vfio_device_feature_dma_buf_memattr attr = { .dmabuf_fd = 0 };

	assert_errno(
		brg_vfio_feature(&guest->vfio,
				 VFIO_DEVICE_FEATURE_SET |
					 VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE,
				 &revoke, sizeof(revoke)),
		ENOTTY);
	assert_errno(
		brg_vfio_feature(&guest->vfio,
				 VFIO_DEVICE_FEATURE_SET |
					 VFIO_DEVICE_FEATURE_DMA_BUF_MEMATTR,
				 &attr, sizeof(attr)),
		ENOTTY);
}

static void registration_is_enotty(void **state)
{
	struct vfio_device_feature_p2p_register reg = {};
	const struct guest *guest = *state;

	reg.region_index = guest->bar;
	assert_errno(guest_set(guest, reg), ENOTTY);
	assert_errno(probe(guest, VFIO_DEVICE_FEATURE_SET |
					  VFIO_DEVICE_FEATURE_P2P_REGISTER),
		     ENOTTY);
	assert_false(guest_has_pool(guest));
}

static void a_mapping_works_beside_all_that(void **state)
{
	struct guest *guest = *state;
	uint8_t *addr = guest_map_bar(guest);
	uint64_t value = 0;

	registration_is_enotty(state);
	export_is_enotty(state);
	*(volatile uint64_t *)(addr + MIB) = 0x0123456789abcdef;
	assert_good(brg_vfio_read(&guest->vfio, guest->bar, MIB, &value,
				  sizeof(value)));
	assert_true(value == 0x0123456789abcdef);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(export_is_enotty),
	GUEST_TEST(revoke_and_attributes_are_enotty),
	GUEST_TEST(registration_is_enotty),
	GUEST_TEST(a_mapping_works_beside_all_that),
};

const struct guest_suite guest_without_pages = GUEST_SUITE(tests);
