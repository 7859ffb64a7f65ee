// SPDX-License-Identifier: GPL-2.0-only
#include "pages.h"

#include "stuck.h"

#include <barrage/clock.h>
#include <barrage/disk.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_NS 30000000000ull
#define POLL_NS 5000000ull

static int dmabuf = -1;
static int disk = -1;
static uint8_t *map;
static size_t map_len;

int pages_get(const struct guest *guest, uint32_t flags, uint32_t nr,
	      const struct vfio_region_dma_range *ranges)
{
	size_t len = sizeof(struct vfio_device_feature) +
		     sizeof(struct vfio_device_feature_dma_buf) +
		     nr * sizeof(*ranges);
	struct vfio_device_feature_dma_buf *get;
	struct vfio_device_feature *feature;
	int ret;

	feature = calloc(1, len);
	assert_non_null(feature);
	feature->argsz = (uint32_t)len;
	feature->flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF;
	get = (void *)feature->data;
	get->region_index = guest->bar;
	get->open_flags = O_RDWR | O_CLOEXEC;
	get->flags = flags;
	get->nr_ranges = nr;
	memcpy(get->dma_ranges, ranges, nr * sizeof(*ranges));
	ret = ioctl(guest->vfio.fd, VFIO_DEVICE_FEATURE, feature);
	ret = ret < 0 ? -errno : ret;
	free(feature);
	return ret;
}

int pages_get_range(const struct guest *guest, uint64_t offset, uint64_t length)
{
	const struct vfio_region_dma_range range = {
		.offset = offset,
		.length = length,
	};

	return pages_get(guest, VFIO_DMA_BUF_FLAG_ALLOC_STRUCT_PAGES, 1,
			 &range);
}

int pages_export(const struct guest *guest)
{
	int ret = pages_get_range(guest, PAGES_OFFSET, PAGES_LEN);

	if (ret < 0)
		fail_msg("no dma-buf with pages: %s", strerror(-ret));
	assert_int_equal(dmabuf, -1);
	dmabuf = ret;
	return dmabuf;
}

int pages_revoke(const struct guest *guest)
{
	struct vfio_device_feature_dma_buf_revoke arg = { .dmabuf_fd = dmabuf };

	return brg_vfio_feature(&guest->vfio,
				VFIO_DEVICE_FEATURE_SET |
					VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE,
				&arg, sizeof(arg));
}

void pages_await_export(const struct guest *guest)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	int fd;

	/* what is no longer in use goes in a worker, when the I/O ends */
	while ((fd = pages_get_range(guest, PAGES_OFFSET, PAGES_LEN)) < 0) {
		assert_errno(fd, EBUSY);
		if (!brg_clock_left_ms(end))
			fail_msg("the pages of a closed dma-buf stay");
		brg_clock_sleep_ns(POLL_NS);
	}
	close(fd);
}

void pages_close(void)
{
	if (dmabuf >= 0)
		close(dmabuf);
	dmabuf = -1;
}

uint8_t *pages_map_at(const struct guest *guest, uint64_t offset, size_t len)
{
	void *addr;

	assert_null(map);
	assert_good(brg_vfio_map(&guest->vfio, guest->bar, offset, len, &addr));
	map = addr;
	map_len = len;
	return map;
}

uint8_t *pages_map(const struct guest *guest)
{
	return pages_map_at(guest, PAGES_OFFSET, PAGES_LEN);
}

void pages_unmap(void)
{
	if (map)
		munmap(map, map_len);
	map = NULL;
}

uint8_t *pages_begin(const struct guest *guest)
{
	pages_export(guest);
	return pages_map(guest);
}

int pages_disk(void)
{
	struct brg_disk found;

	if (disk >= 0)
		return disk;
	assert_good(brg_disk_read(guest_role("DISK"), &found));
	assert_string_equal(found.bdf, guest_role("DISK_BDF"));
	assert_good(brg_disk_check_scratch(&found));
	disk = open(found.path, O_RDWR | O_DIRECT | O_CLOEXEC);
	assert_true(disk >= 0);
	return disk;
}

int pages_read(void *buf, size_t len)
{
	ssize_t done = pread(pages_disk(), buf, len, 0);

	if (done < 0)
		return -errno;
	return done == (ssize_t)len ? 0 : -EIO;
}

void pages_expect_direct(void *buf, bool works)
{
	int ret = pages_read(buf, PAGE);

	if (works)
		assert_good(ret);
	/* EEXIST: a page frame in a mapping that can have pages elsewhere */
	else if (ret != -EFAULT && ret != -EEXIST)
		fail_msg("direct I/O where there are no pages: %s",
			 strerror(-ret));
}

void pages_close_disk(void)
{
	if (disk >= 0)
		close(disk);
	disk = -1;
}

static void undo(void)
{
	stuck_end();
	pages_unmap();
	pages_close();
	pages_close_disk();
	guest_undo();
}

int pages_setup(void **state)
{
	guest_begin(state, undo);
	return 0;
}
