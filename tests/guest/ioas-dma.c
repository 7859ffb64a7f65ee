// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOMMU_IOAS_MAP_FILE: a dma-buf of one device's BAR in the address space of
 * another, which does DMA there. All data are compared at the far end.
 */
#include "ioas.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static void ioas_dma_goes_both_ways(void **state)
{
	const struct guest *guest = *state;

	ioas_map(guest);
	ioas_expect_works(guest, 1);
}

static void ioas_nothing_is_mapped_that_was_not_asked_for(void **state)
{
	const struct guest *guest = *state;

	ioas_map(guest);
	ioas_expect_stopped(guest, IOAS_BAR - PAGE, IOAS_OFFSET - PAGE);
	ioas_expect_stopped(guest, IOAS_BAR + IOAS_LEN, IOAS_OFFSET + IOAS_LEN);
}

static void
ioas_it_needs_neither_the_file_nor_a_mapping_of_the_cpu(void **state)
{
	const struct guest *guest = *state;

	ioas_map(guest);
	close(ioas_get()->dmabuf);
	ioas_get()->dmabuf = -1;
	ioas_expect_works(guest, 2);
}

/* One transfer each, to the first and the last page of what is mapped */
static void expect_slice(const struct guest *guest,
			 const struct brg_iommufd_slice *slice, uint64_t seed)
{
	uint64_t last = slice->length_bytes - PAGE;
	uint8_t sent[IOAS_BYTES];

	ioas_fill(sent, IOAS_BYTES, seed);
	ioas_store(slice->iova, sent);
	ioas_expect_bar(guest, IOAS_OFFSET + slice->start_bytes, sent,
			IOAS_BYTES);
	ioas_fill(sent, IOAS_BYTES, seed + 1);
	ioas_store(slice->iova + last, sent);
	ioas_expect_bar(guest, IOAS_OFFSET + slice->start_bytes + last, sent,
			IOAS_BYTES);
}

static void ioas_slices_can_be_mapped_in_any_order(void **state)
{
	struct brg_iommufd_slice slices[] = {
		{ .start_bytes = 40 * PAGE, .length_bytes = 24 * PAGE },
		{ .start_bytes = 3 * PAGE, .length_bytes = 2 * PAGE },
		/* again, and with neighbours */
		{ .start_bytes = 2 * PAGE, .length_bytes = 8 * PAGE },
	};
	const struct ioas *ioas = ioas_get();
	const struct guest *guest = *state;
	uint64_t iova = IOAS_BAR;
	size_t i;

	ioas_export(guest);
	for (i = 0; i < 3; i++) {
		slices[i].fd = ioas->dmabuf;
		slices[i].fixed = true;
		slices[i].iova = iova;
		iova += slices[i].length_bytes;
		assert_good(brg_iommufd_ioas_map_slice(&ioas->edu.vfio.iommufd,
						       ioas->edu.vfio.ioas_id,
						       &slices[i]));
	}
	for (i = 0; i < 3; i++)
		expect_slice(guest, &slices[i], 10 * i);
}

static void ioas_the_kernel_chooses_an_address(void **state)
{
	struct brg_iommufd_slice slice = { .length_bytes = IOAS_LEN };
	const struct ioas *ioas = ioas_get();
	const struct guest *guest = *state;

	slice.fd = ioas_export(guest);
	assert_good(brg_iommufd_ioas_map_slice(&ioas->edu.vfio.iommufd,
					       ioas->edu.vfio.ioas_id, &slice));
	expect_slice(guest, &slice, 3);
}

static void ioas_what_is_mapped_for_reading_is_not_written(void **state)
{
	struct brg_iommufd_slice slice = {
		.length_bytes = IOAS_LEN,
		.iova = IOAS_BAR,
		.fixed = true,
		.read_only = true,
	};
	uint8_t bar[IOAS_BYTES], sent[IOAS_BYTES], found[IOAS_BYTES];
	const struct ioas *ioas = ioas_get();
	const struct guest *guest = *state;

	slice.fd = ioas_export(guest);
	assert_good(brg_iommufd_ioas_map_slice(&ioas->edu.vfio.iommufd,
					       ioas->edu.vfio.ioas_id, &slice));
	ioas_fill(bar, IOAS_BYTES, 4);
	ioas_bar_write(guest, IOAS_OFFSET, bar, IOAS_BYTES);
	/* first: QEMU tells of no fault where it has read through the entry */
	ioas_fill(sent, IOAS_BYTES, 5);
	ioas_provoke(IOAS_BAR);
	ioas_expect_bar(guest, IOAS_OFFSET, bar, IOAS_BYTES);
	ioas_load(IOAS_BAR, found);
	assert_memory_equal(found, bar, IOAS_BYTES);
	ioas_store(IOAS_BAR, sent);
	ioas_expect_bar(guest, IOAS_OFFSET, bar, IOAS_BYTES);
}

/*
 * Linux 7.3 looks at the dma-buf, not at how its descriptor was opened: whoever
 * was given it for reading can have it written by a device.
 */
static void ioas_a_read_only_descriptor_is_no_limit(void **state)
{
	struct {
		struct vfio_device_feature_dma_buf get;
		struct vfio_region_dma_range range;
	} arg = {
		.get = { .open_flags = O_RDONLY | O_CLOEXEC, .nr_ranges = 1 },
		.range = { IOAS_OFFSET, IOAS_LEN },
	};
	const struct guest *guest = *state;
	int fd;

	arg.get.region_index = guest->bar;
	fd = brg_vfio_feature(&guest->vfio,
			      VFIO_DEVICE_FEATURE_GET |
				      VFIO_DEVICE_FEATURE_DMA_BUF,
			      &arg, sizeof(arg));
	assert_true(fd >= 0);
	assert_true(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 0) == MAP_FAILED);
	assert_int_equal(errno, EACCES);
	assert_good(ioas_map_errno(fd));
	close(fd);
	ioas_expect_works(guest, 6);
}

static void ioas_two_address_spaces_have_it_at_two_addresses(void **state)
{
	struct brg_iommufd_slice slice = {
		.start_bytes = 16 * PAGE,
		.length_bytes = PAGE,
		.iova = IOAS_OTHER_BAR,
		.fixed = true,
	};
	const struct ioas *ioas = ioas_get();
	const struct brg_vfio *vfio = &ioas->edu.vfio;
	const struct guest *guest = *state;
	uint8_t bar[IOAS_BYTES];
	uint32_t other;

	ioas_map(guest);
	slice.fd = ioas->dmabuf;
	assert_good(brg_iommufd_ioas_alloc(&vfio->iommufd, &other));
	assert_good(brg_iommufd_ioas_map_slice(&vfio->iommufd, other, &slice));
	ioas_fill(bar, IOAS_BYTES, 6);
	ioas_bar_write(guest, IOAS_OFFSET + 16 * PAGE, bar, IOAS_BYTES);
	ioas_expect_works(guest, 7);
	assert_good(ioas_attach(other));
	assert_good(brg_edu_dma(&ioas->edu, BRG_EDU_READ, IOAS_OTHER_BAR, 0,
				IOAS_BYTES));
	/* the first address space is no longer the device's */
	ioas_provoke(IOAS_BAR);
	assert_good(ioas_attach(vfio->ioas_id));
	assert_good(brg_edu_dma(&ioas->edu, BRG_EDU_WRITE, IOAS_HOST, 0,
				IOAS_BYTES));
	assert_memory_equal(ioas->host, bar, IOAS_BYTES);
	ioas_expect_works(guest, 8);
}

/* As an emulator has it: all devices, and all of their BARs, in one space */
static void ioas_the_owner_may_map_its_own_bar(void **state)
{
	const struct guest *guest = *state;
	int fd = ioas_export(guest);
	uint64_t iova;

	assert_good(brg_iommufd_ioas_map_file(&guest->vfio.iommufd,
					      guest->vfio.ioas_id, fd, IOAS_LEN,
					      &iova));
	assert_good(ioas_map_errno(fd));
	ioas_expect_works(guest, 9);
}

static const struct CMUnitTest tests[] = {
	IOAS_TEST(ioas_dma_goes_both_ways),
	IOAS_TEST(ioas_nothing_is_mapped_that_was_not_asked_for),
	IOAS_TEST(ioas_it_needs_neither_the_file_nor_a_mapping_of_the_cpu),
	IOAS_TEST(ioas_slices_can_be_mapped_in_any_order),
	IOAS_TEST(ioas_the_kernel_chooses_an_address),
	IOAS_TEST(ioas_what_is_mapped_for_reading_is_not_written),
	IOAS_TEST(ioas_a_read_only_descriptor_is_no_limit),
	IOAS_TEST(ioas_two_address_spaces_have_it_at_two_addresses),
	IOAS_TEST(ioas_the_owner_may_map_its_own_bar),
};

const struct guest_suite guest_ioas_dma = GUEST_SUITE(tests);
