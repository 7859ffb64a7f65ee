// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOMMU_IOAS_MAP_FILE, given what it cannot take: each errno, and the line that
 * explains it.
 */
#include "ioas.h"

#include "foreign.h"

#include <barrage/dmabuf.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* as it would work, but for what a test changes */
static struct brg_iommufd_slice good_slice(const struct guest *guest)
{
	return (struct brg_iommufd_slice){
		.fd = ioas_export(guest),
		.length_bytes = IOAS_LEN,
		.iova = IOAS_BAR,
		.fixed = true,
	};
}

static int map(struct brg_iommufd_slice slice)
{
	const struct brg_vfio *vfio = &ioas_get()->edu.vfio;
	int ret;

	ret = brg_iommufd_ioas_map_slice(&vfio->iommufd, vfio->ioas_id, &slice);
	if (!ret)
		assert_good(brg_iommufd_ioas_unmap(&vfio->iommufd,
						   vfio->ioas_id, slice.iova,
						   slice.length_bytes));
	return ret;
}

/* refused with @err and a line that has @why; and harmless */
static void expect_refused(struct brg_iommufd_slice slice, int err,
			   const char *why)
{
	int ret = map(slice);

	if (ret != -err)
		fail_msg("%s, not %s", strerror(-ret), strerror(err));
	assert_error(why);
}

static void ioas_input_descriptor_0_is_one_like_the_others(void **state)
{
	struct brg_iommufd_slice slice = good_slice(*state);
	int saved = fcntl(0, F_DUPFD_CLOEXEC, 3), ret;

	assert_int_equal(dup2(slice.fd, 0), 0);
	slice.fd = 0;
	ret = map(slice);
	close(0);
	if (saved >= 0) {
		dup2(saved, 0);
		close(saved);
	}
	assert_good(ret);
}

static void ioas_input_what_is_not_open_is_ebadf(void **state)
{
	struct brg_iommufd_slice slice = good_slice(*state);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", slice.fd);
	slice.fd = open(path, O_PATH | O_CLOEXEC);
	assert_true(slice.fd >= 0);
	expect_refused(slice, EBADF, "O_PATH");
	close(slice.fd);
	expect_refused(slice, EBADF, "not open");
	slice.fd = -1;
	expect_refused(slice, EBADF, "not open");
	slice.fd = 1 << 30;
	expect_refused(slice, EBADF, "not open");
}

static void ioas_input_what_is_no_dma_buf_is_einval(void **state)
{
	static const char *const paths[] = { "/dev/null", "/proc/self/maps",
					     "/", "/dev/iommu" };
	struct brg_iommufd_slice slice = good_slice(*state);
	const struct guest *guest = *state;
	int pipes[2];
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		slice.fd = open(paths[i], O_RDONLY | O_CLOEXEC);
		assert_true(slice.fd >= 0);
		expect_refused(slice, EINVAL, "");
		close(slice.fd);
	}
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	slice.fd = pipes[0];
	expect_refused(slice, EINVAL, "neither a dma-buf nor a memfd");
	close(pipes[0]);
	close(pipes[1]);
	/* the device itself is none either */
	slice.fd = guest->vfio.fd;
	expect_refused(slice, EINVAL, "");
}

static void ioas_input_no_length_is_einval(void **state)
{
	struct brg_iommufd_slice slice = good_slice(*state);

	slice.length_bytes = 0;
	expect_refused(slice, EINVAL, "length of 0");
}

static void ioas_input_misalignment_is_einval(void **state)
{
	const struct brg_iommufd_slice good = good_slice(*state);
	struct brg_iommufd_slice slice = good;

	slice.length_bytes = PAGE - 1;
	expect_refused(slice, EINVAL, "whole pages");
	slice.length_bytes = PAGE + 1;
	expect_refused(slice, EINVAL, "whole pages");
	slice = good;
	slice.start_bytes = 1;
	slice.length_bytes = PAGE;
	expect_refused(slice, EINVAL, "whole pages");
	slice = good;
	slice.iova++;
	expect_refused(slice, EINVAL, "page aligned");
}

static void ioas_input_beyond_the_end_is_einval(void **state)
{
	const struct brg_iommufd_slice good = good_slice(*state);
	struct brg_iommufd_slice slice = good;

	slice.length_bytes = IOAS_LEN + PAGE;
	expect_refused(slice, EINVAL, "beyond the end");
	slice = good;
	slice.start_bytes = IOAS_LEN - PAGE;
	slice.length_bytes = 2 * PAGE;
	expect_refused(slice, EINVAL, "beyond the end");
	slice.start_bytes = IOAS_LEN;
	slice.length_bytes = PAGE;
	expect_refused(slice, EINVAL, "beyond the end");
	slice.start_bytes = 1ull << 62;
	expect_refused(slice, EINVAL, "beyond the end");
	/* the last page is not beyond it */
	slice.start_bytes = IOAS_LEN - PAGE;
	assert_good(map(slice));
}

static void ioas_input_an_overflow_is_eoverflow(void **state)
{
	const struct brg_iommufd_slice good = good_slice(*state);
	struct brg_iommufd_slice slice = good;

	slice.start_bytes = 0 - PAGE;
	slice.length_bytes = 2 * PAGE;
	expect_refused(slice, EOVERFLOW, "exceed 64 bits");
	slice = good;
	slice.length_bytes = UINT64_MAX;
	expect_refused(slice, EOVERFLOW, "exceed 64 bits");
	slice = good;
	slice.iova = 0 - PAGE;
	slice.length_bytes = 2 * PAGE;
	expect_refused(slice, EOVERFLOW, "exceed 64 bits");
	slice = good;
	slice.iova = UINT64_MAX;
	expect_refused(slice, EOVERFLOW, "exceed 64 bits");
}

static void ioas_input_taken_addresses_are_eexist(void **state)
{
	const struct brg_vfio *vfio = &ioas_get()->edu.vfio;
	const struct brg_iommufd_slice good = good_slice(*state);
	struct brg_iommufd_slice first = good, slice = good;

	assert_good(brg_iommufd_ioas_map_slice(&vfio->iommufd, vfio->ioas_id,
					       &first));
	expect_refused(slice, EEXIST, "taken");
	slice.iova = IOAS_BAR + IOAS_LEN - PAGE;
	expect_refused(slice, EEXIST, "taken");
	slice.iova = IOAS_BAR - IOAS_LEN + PAGE;
	expect_refused(slice, EEXIST, "taken");
	slice.iova = IOAS_BAR + PAGE;
	slice.length_bytes = PAGE;
	expect_refused(slice, EEXIST, "taken");
	/* neighbours are fine, and so is the same memory twice */
	slice.iova = IOAS_BAR - PAGE;
	assert_good(map(slice));
	slice.iova = IOAS_BAR + IOAS_LEN;
	assert_good(map(slice));
	ioas_expect_works(*state, 1);
}

/* 0xfee00000 is where interrupts go */
static void ioas_input_reserved_addresses_are_einval(void **state)
{
	struct brg_iommufd_slice slice = good_slice(*state);

	slice.iova = 0xfee00000;
	slice.length_bytes = PAGE;
	expect_refused(slice, EINVAL, "reserved");
	slice.iova = 0xfee00000 - PAGE;
	slice.length_bytes = 2 * PAGE;
	expect_refused(slice, EINVAL, "reserved");
}

static void ioas_input_no_such_address_space_is_enoent(void **state)
{
	const struct brg_vfio *vfio = &ioas_get()->edu.vfio;
	struct brg_iommufd_slice slice = good_slice(*state);

	assert_errno(brg_iommufd_ioas_map_slice(&vfio->iommufd, 0, &slice),
		     ENOENT);
	assert_error("no such address space");
	/* something else has that number */
	assert_errno(brg_iommufd_ioas_map_slice(&vfio->iommufd, vfio->device_id,
						&slice),
		     ENOENT);
}

static void ioas_input_part_of_a_mapping_cannot_be_unmapped(void **state)
{
	const struct brg_vfio *vfio = &ioas_get()->edu.vfio;
	const struct guest *guest = *state;

	ioas_map(guest);
	assert_errno(brg_iommufd_ioas_unmap(&vfio->iommufd, vfio->ioas_id,
					    IOAS_BAR, PAGE),
		     ENOENT);
	assert_errno(brg_iommufd_ioas_unmap(&vfio->iommufd, vfio->ioas_id,
					    IOAS_BAR + PAGE, IOAS_LEN),
		     ENOENT);
	ioas_expect_works(guest, 2);
	ioas_unmap();
	assert_errno(brg_iommufd_ioas_unmap(&vfio->iommufd, vfio->ioas_id,
					    IOAS_BAR, IOAS_LEN),
		     ENOENT);
}

static void ioas_input_several_ranges_are_eopnotsupp(void **state)
{
	static const struct brg_dmabuf_range ranges[] = {
		{ 4 * MIB, 32 * PAGE },
		/* though it goes on where the first ends */
		{ 4 * MIB + 32 * PAGE, 32 * PAGE },
	};
	struct brg_iommufd_slice slice = good_slice(*state);
	const struct guest *guest = *state;

	assert_good(brg_dmabuf_export_ranges(&guest->vfio, guest->bar, ranges,
					     2, 0, &slice.fd));
	expect_refused(slice, EOPNOTSUPP, "one range");
	close(slice.fd);
}

static void ioas_input_a_foreign_dma_buf_is_eopnotsupp(void **state)
{
	struct brg_iommufd_slice slice = good_slice(*state);

	slice.fd = foreign_udmabuf(IOAS_LEN);
	expect_refused(slice, EOPNOTSUPP, "vfio-pci only");
	close(slice.fd);
	slice.fd = foreign_heap(IOAS_LEN);
	expect_refused(slice, EOPNOTSUPP, "vfio-pci only");
	close(slice.fd);
}

static void ioas_input_any_vfio_devices_dma_buf_is_taken(void **state)
{
	const struct guest *other = guest_second("PMR");
	struct brg_iommufd_slice slice = good_slice(*state);

	assert_good(brg_dmabuf_export(&other->vfio, other->bar, 0, IOAS_LEN,
				      &slice.fd));
	assert_good(map(slice));
	close(slice.fd);
}

static void ioas_input_a_device_that_went_away_is_enodev(void **state)
{
	struct guest *guest = *state;
	const struct brg_iommufd_slice slice = good_slice(guest);

	brg_vfio_close(&guest->vfio);
	expect_refused(slice, ENODEV, "revoked");
	assert_good(brg_pci_restore(&guest->binding));
	expect_refused(slice, ENODEV, "revoked");
	assert_good(
		brg_sysfs_write("1", "bus/pci/devices/%s/remove", guest->bdf));
	expect_refused(slice, ENODEV, "revoked");
	assert_good(brg_sysfs_write("1", "bus/pci/rescan"));
	assert_good(brg_pci_bind(guest->bdf, "vfio-pci", &guest->binding));
	assert_good(brg_vfio_open(guest->bdf, &guest->vfio));
	expect_refused(slice, ENODEV, "export another");
	ioas_map(guest);
	ioas_expect_works(guest, 3);
}

static const struct CMUnitTest tests[] = {
	IOAS_TEST(ioas_input_descriptor_0_is_one_like_the_others),
	IOAS_TEST(ioas_input_what_is_not_open_is_ebadf),
	IOAS_TEST(ioas_input_what_is_no_dma_buf_is_einval),
	IOAS_TEST(ioas_input_no_length_is_einval),
	IOAS_TEST(ioas_input_misalignment_is_einval),
	IOAS_TEST(ioas_input_beyond_the_end_is_einval),
	IOAS_TEST(ioas_input_an_overflow_is_eoverflow),
	IOAS_TEST(ioas_input_taken_addresses_are_eexist),
	IOAS_TEST(ioas_input_reserved_addresses_are_einval),
	IOAS_TEST(ioas_input_no_such_address_space_is_enoent),
	IOAS_TEST(ioas_input_part_of_a_mapping_cannot_be_unmapped),
	IOAS_TEST(ioas_input_several_ranges_are_eopnotsupp),
	IOAS_TEST(ioas_input_a_foreign_dma_buf_is_eopnotsupp),
	IOAS_TEST(ioas_input_any_vfio_devices_dma_buf_is_taken),
	IOAS_TEST(ioas_input_a_device_that_went_away_is_enodev),
};

const struct guest_suite guest_ioas_input = GUEST_SUITE(tests);
