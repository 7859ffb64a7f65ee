// SPDX-License-Identifier: GPL-2.0-only
#include "foreign.h"

#include "guest.h"

#include <barrage/udmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HEAP "/dev/dma_heap/system"

int foreign_udmabuf(uint64_t bytes)
{
	const struct brg_dmabuf_range range = { .length = bytes };
	int memfd, fd;

	assert_good(brg_udmabuf_memfd(bytes, &memfd));
	assert_good(brg_udmabuf_create(memfd, &range, 1, &fd));
	close(memfd);
	return fd;
}

int foreign_heap(uint64_t bytes)
{
	struct dma_heap_allocation_data data = {
		.len = bytes,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};
	int heap = open(HEAP, O_RDWR | O_CLOEXEC);

	if (heap < 0)
		fail_msg(HEAP ": %s", strerror(errno));
	assert_int_equal(ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data), 0);
	close(heap);
	return (int)data.fd;
}
