// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has an exported dma-buf without being its importer: those who would keep
 * its memory beyond a revocation do not get it, and those who look at mappings
 * do no harm.
 */
#include "guest.h"

#include "vmas.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define RW (PROT_READ | PROT_WRITE)
#define IOVA 0x100000000ull

/* A type1 container with the group of a device that is nobody's */
struct type1 {
	struct brg_pci_binding binding;
	int container;
	int group;
};

static void type1_open(struct type1 *type1, const char *role)
{
	char path[64];
	struct brg_pci pci;

	assert_good(
		brg_pci_bind(guest_role(role), "vfio-pci", &type1->binding));
	assert_good(brg_pci_read(guest_role(role), &pci));
	snprintf(path, sizeof(path), "/dev/vfio/%d", pci.iommu_group);
	type1->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	assert_true(type1->container >= 0);
	type1->group = open(path, O_RDWR | O_CLOEXEC);
	assert_true(type1->group >= 0);
	assert_int_equal(ioctl(type1->group, VFIO_GROUP_SET_CONTAINER,
			       &type1->container),
			 0);
	assert_int_equal(
		ioctl(type1->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU), 0);
}

static void type1_close(struct type1 *type1)
{
	close(type1->group);
	close(type1->container);
	assert_good(brg_pci_restore(&type1->binding));
}

static int type1_map(const struct type1 *type1, const void *addr, uint64_t len)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)addr,
		.iova = IOVA,
		.size = len,
	};

	return ioctl(type1->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

static int type1_unmap(const struct type1 *type1, uint64_t len)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = IOVA,
		.size = len,
	};

	return ioctl(type1->container, VFIO_IOMMU_UNMAP_DMA, &unmap) ? -errno :
								       0;
}

static void type1_maps_the_bar_but_no_dma_buf(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest);
	void *bar = guest_map_bar(guest);
	void *buf = vmas_map_aligned(fd, 2 * MIB, 0);
	struct type1 type1;

	type1_open(&type1, "PMR");
	/* the owner of the device: emulators rely on it */
	assert_good(type1_map(&type1, bar, 2 * MIB));
	assert_good(type1_unmap(&type1, 2 * MIB));
	/* whether or not there are page table entries to follow */
	assert_errno(type1_map(&type1, buf, PAGE), EFAULT);
	assert_int_equal(guest_touch(buf, true), 0);
	assert_errno(type1_map(&type1, buf, PAGE), EFAULT);
	assert_errno(type1_map(&type1, buf, 2 * MIB), EFAULT);
	type1_close(&type1);
	munmap(buf, 2 * MIB);
	close(fd);
}

static void it_cannot_be_pinned(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest), pair[2];
	void *buf = vmas_map_aligned(fd, 2 * MIB, 0);
	struct iovec iov = { .iov_base = buf, .iov_len = PAGE };
	uint64_t iova;

	assert_int_equal(guest_touch(buf, true), 0);
	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	assert_int_equal(vmsplice(pair[1], &iov, 1, 0), -1);
	assert_int_equal(errno, EFAULT);
	close(pair[0]);
	close(pair[1]);
	/* by its address: by its file descriptor it is an importer's */
	assert_errno(brg_iommufd_ioas_map(&guest->vfio.iommufd,
					  guest->vfio.ioas_id, buf, PAGE,
					  &iova),
		     EFAULT);
	munmap(buf, 2 * MIB);
	close(fd);
}

static void read_all(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[512];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		;
	assert_false(ferror(file));
	fclose(file);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* All that walks page tables meets entries without struct pages */
static void walkers_leave_it_alone(void **state)
{
	static const int advice[] = { MADV_COLD, MADV_PAGEOUT, MADV_DONTNEED,
				      MADV_WILLNEED };
	static const char *const what[] = { "1", "3", "4" };
	const struct guest *guest = *state;
	int fd = guest_export(guest), pagemap;
	uint8_t *buf = vmas_map_aligned(fd, 2 * MIB, 0);
	unsigned char in_core[512];
	uint64_t entry;
	size_t i;

	assert_int_equal(guest_touch(buf, true), 0);
	read_all("/proc/self/smaps");
	read_all("/proc/self/smaps_rollup");
	for (i = 0; i < 3; i++)
		write_file("/proc/self/clear_refs", what[i]);
	assert_int_equal(guest_touch(buf, true), 0);
	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	assert_true(pagemap >= 0);
	assert_int_equal(pread(pagemap, &entry, sizeof(entry),
			       (off_t)((uintptr_t)buf / PAGE * sizeof(entry))),
			 sizeof(entry));
	close(pagemap);
	assert_true(entry >> 63);
	assert_int_equal(mincore(buf, 2 * MIB, in_core), 0);
	for (i = 0; i < sizeof(advice) / sizeof(advice[0]); i++) {
		/* a part of a huge page, then all of it */
		madvise(buf + MIB, PAGE, advice[i]);
		madvise(buf, 2 * MIB, advice[i]);
		assert_int_equal(guest_touch(buf, true), 0);
	}
	assert_int_equal(mprotect(buf + PAGE, PAGE, PROT_READ), 0);
	assert_int_equal(guest_touch(buf + PAGE, true), SIGSEGV);
	assert_int_equal(mprotect(buf + PAGE, PAGE, RW), 0);
	assert_int_equal(guest_touch(buf + PAGE, true), 0);
	munmap(buf, 2 * MIB);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(type1_maps_the_bar_but_no_dma_buf),
	GUEST_TEST(it_cannot_be_pinned),
	GUEST_TEST(walkers_leave_it_alone),
};

const struct guest_suite guest_dmabuf_holders = GUEST_SUITE(tests);
