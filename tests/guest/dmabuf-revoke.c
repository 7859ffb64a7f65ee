// SPDX-License-Identifier: GPL-2.0-only
/* VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE: one dma-buf, for good. */
#include "guest.h"

#include "vmas.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <linux/udmabuf.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define RW (PROT_READ | PROT_WRITE)

static int feature(const struct guest *guest, uint32_t op, int fd,
		   uint32_t flags, size_t len)
{
	struct vfio_device_feature_dma_buf_revoke arg = {
		.dmabuf_fd = fd,
		.flags = flags,
	};

	return brg_vfio_feature(&guest->vfio,
				op | VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE, &arg,
				len);
}

static int revoke_fd(const struct guest *guest, int fd)
{
	return feature(guest, VFIO_DEVICE_FEATURE_SET, fd, 0,
		       sizeof(struct vfio_device_feature_dma_buf_revoke));
}

static uint8_t *map_buf(int fd)
{
	void *addr = mmap(NULL, 2 * MIB, RW, MAP_SHARED, fd, 0);

	assert_true(addr != MAP_FAILED);
	return addr;
}

static void its_mappings_die(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd);

	assert_int_equal(guest_touch(addr, true), 0);
	assert_good(revoke_fd(guest, fd));
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	assert_int_equal(guest_touch(addr + MIB, false), SIGBUS);
	assert_errno(vmas_map_errno(fd, PAGE, RW, MAP_SHARED, 0), ENODEV);
	assert_good(revoke_fd(guest, fd));
	munmap(addr, 2 * MIB);
	close(fd);
}

static void nothing_brings_it_back(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd);

	assert_good(revoke_fd(guest, fd));
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	assert_good(brg_vfio_reset(&guest->vfio));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	guest_reopen(guest);
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	munmap(addr, 2 * MIB);
	close(fd);
}

static void revoked_while_it_has_no_memory_it_stays_so(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd);

	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_good(revoke_fd(guest, fd));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	munmap(addr, 2 * MIB);
	close(fd);
}

static void others_of_the_same_memory_stay(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest), other = guest_export(guest), next;
	uint8_t *addr = map_buf(other), *bar = guest_map_bar(guest), *again;

	assert_int_equal(guest_touch(addr, true), 0);
	assert_good(revoke_fd(guest, fd));
	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(guest_touch(bar, true), 0);
	next = guest_export(guest);
	again = map_buf(next);
	assert_int_equal(guest_touch(again, true), 0);
	munmap(again, 2 * MIB);
	munmap(addr, 2 * MIB);
	close(next);
	close(other);
	close(fd);
}

static void a_revoked_one_does_not_block_registering(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);

	assert_errno(brg_p2p_register(&guest->vfio, guest->bar, 0, 0), EBUSY);
	assert_good(revoke_fd(guest, fd));
	guest_register(guest);
	guest_unregister(guest);
	close(fd);
}

static int map_for_dma(const struct guest *guest, int fd)
{
	struct iommu_ioas_map_file arg = {
		.size = sizeof(arg),
		.flags = IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE,
		.ioas_id = guest->vfio.ioas_id,
		.fd = fd,
		.length = 2 * MIB,
	};

	return ioctl(guest->vfio.iommufd.fd, IOMMU_IOAS_MAP_FILE, &arg) ?
		       -errno :
		       0;
}

static void importers_lose_it_and_do_not_get_it_again(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);

	assert_good(map_for_dma(guest, fd));
	assert_good(revoke_fd(guest, fd));
	assert_errno(map_for_dma(guest, fd), ENODEV);
	close(fd);
	fd = guest_export(guest);
	assert_good(map_for_dma(guest, fd));
	close(fd);
}

static void only_dma_bufs_of_this_device_are_taken(void **state)
{
	struct guest *guest = *state;
	const struct guest *other = guest_second("PMR");
	int fd = guest_export(other), memfd, mine, device, null;
	struct udmabuf_create create = { .size = PAGE };

	assert_errno(revoke_fd(guest, fd), EINVAL);
	assert_good(revoke_fd(other, fd));
	close(fd);
	assert_errno(revoke_fd(guest, fd), EBADF);
	assert_errno(revoke_fd(guest, -1), EBADF);

	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_errno(revoke_fd(guest, null), EINVAL);
	close(null);
	assert_errno(revoke_fd(guest, guest->vfio.fd), EINVAL);

	/* somebody else's dma-buf */
	memfd = memfd_create("foreign", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	assert_int_equal(ftruncate(memfd, PAGE), 0);
	assert_int_equal(fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	create.memfd = (uint32_t)memfd;
	device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	fd = ioctl(device, UDMABUF_CREATE, &create);
	assert_true(fd >= 0);
	assert_errno(revoke_fd(guest, fd), EINVAL);
	close(fd);
	close(device);
	close(memfd);

	/* its own, but of an earlier time */
	mine = guest_export(guest);
	guest_reopen(guest);
	assert_errno(revoke_fd(guest, mine), EINVAL);
	close(mine);
}

static void the_other_arguments_are_checked_too(void **state)
{
	const size_t len = sizeof(struct vfio_device_feature_dma_buf_revoke);
	const struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd);

	assert_errno(feature(guest, VFIO_DEVICE_FEATURE_SET, fd, 1, len),
		     EINVAL);
	assert_errno(feature(guest, VFIO_DEVICE_FEATURE_SET, fd, 0, len - 1),
		     EINVAL);
	assert_errno(feature(guest, VFIO_DEVICE_FEATURE_GET, fd, 0, len),
		     EINVAL);
	assert_good(feature(guest,
			    VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_SET,
			    fd, 0, len));
	assert_errno(
		feature(guest,
			VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_GET, fd,
			0, len),
		EINVAL);
	assert_int_equal(guest_touch(addr, true), 0);
	munmap(addr, 2 * MIB);
	close(fd);
}

static void descriptor_0_is_one_like_the_others(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest), saved, ret;
	uint8_t *addr = map_buf(fd);

	saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
	assert_int_equal(dup2(fd, 0), 0);
	ret = revoke_fd(guest, 0);
	if (saved >= 0) {
		dup2(saved, 0);
		close(saved);
	} else {
		close(0);
	}
	assert_good(ret);
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	munmap(addr, 2 * MIB);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(its_mappings_die),
	GUEST_TEST(nothing_brings_it_back),
	GUEST_TEST(revoked_while_it_has_no_memory_it_stays_so),
	GUEST_TEST(others_of_the_same_memory_stay),
	GUEST_TEST(a_revoked_one_does_not_block_registering),
	GUEST_TEST(importers_lose_it_and_do_not_get_it_again),
	GUEST_TEST(only_dma_bufs_of_this_device_are_taken),
	GUEST_TEST(the_other_arguments_are_checked_too),
	GUEST_TEST(descriptor_0_is_one_like_the_others),
};

const struct guest_suite guest_dmabuf_revoke = GUEST_SUITE(tests);
