// SPDX-License-Identifier: GPL-2.0-only
/* Memory of each kind, and regions of it. */
#include "rdma.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <barrage/log.h>
#include <barrage/udmabuf.h>

static int make_dmabuf(const struct rdma *rdma, enum rdma_kind kind,
		       const struct brg_dmabuf_range *ranges, size_t nr,
		       int *fdp)
{
	const struct target *target = &rdma->target;

	if (kind == RDMA_UDMABUF)
		return brg_udmabuf_create(rdma->memfd, ranges, nr, fdp);
	return brg_dmabuf_export_ranges(
		&target->vfio, target->bar, ranges, nr,
		kind == RDMA_DMABUF_PAGES ? BRG_DMABUF_PAGES : 0, fdp);
}

/* udmabuf's own mapping shows no page frames: its memfd's does */
static int map(const struct rdma *rdma, struct rdma_buf *buf)
{
	const struct target *target = &rdma->target;
	void *addr;

	/* VFIO maps what has struct pages, the dma-buf what has none */
	if (buf->kind == RDMA_DMABUF_PAGES)
		return brg_vfio_map(&target->vfio, target->bar, 0, buf->bytes,
				    &buf->addr);
	if (buf->kind == RDMA_DMABUF)
		return brg_dmabuf_map(buf->fd, buf->bytes, &buf->addr);
	addr = mmap(NULL, buf->bytes, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, rdma->memfd, 0);
	if (addr == MAP_FAILED)
		return brg_fail(-errno, "cannot map a memfd: %s",
				strerror(errno));
	buf->addr = addr;
	return 0;
}

int rdma_buf_open(const struct rdma *rdma, enum rdma_kind kind,
		  const struct brg_dmabuf_range *ranges, size_t nr,
		  struct rdma_buf *buf)
{
	int ret;

	*buf = (struct rdma_buf){ .kind = kind, .fd = -1 };
	for (size_t i = 0; i < nr; i++)
		buf->bytes += ranges[i].length;
	if (kind == RDMA_HOST) {
		buf->addr = rdma->host;
		return 0;
	}
	ret = make_dmabuf(rdma, kind, ranges, nr, &buf->fd);
	if (!ret && nr == 1 && !ranges[0].offset)
		ret = map(rdma, buf);
	if (ret)
		rdma_buf_close(buf);
	return ret;
}

void rdma_buf_close(struct rdma_buf *buf)
{
	if (buf->kind != RDMA_HOST && buf->addr)
		munmap(buf->addr, buf->bytes);
	if (buf->fd >= 0)
		close(buf->fd);
	*buf = (struct rdma_buf){ .fd = -1 };
}

int rdma_reg(const struct rdma *rdma, const struct rdma_buf *buf,
	     uint64_t offset, uint64_t bytes, struct brg_verbs_mr *mr)
{
	const struct brg_verbs_dmabuf part = {
		.fd = buf->fd,
		.offset = offset,
		.bytes = bytes,
		.iova = offset,
	};

	if (buf->kind == RDMA_HOST)
		return brg_verbs_reg_host(
			rdma->dev, (uint8_t *)buf->addr + offset, bytes, mr);
	return brg_verbs_reg_dmabuf(rdma->dev, &part, mr);
}
