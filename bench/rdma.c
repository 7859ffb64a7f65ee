// SPDX-License-Identifier: GPL-2.0-only
#include "rdma.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <barrage/log.h>
#include <barrage/udmabuf.h>

#include "rdma-proof.h"

#define MIB (1ull << 20)
#define PAGE 4096u
/* host memory is not to be used up for a BAR that is as large as it */
#define MAX_HOST_BYTES (1024 * MIB)
/* the kernel's default for udmabuf.size_limit_mb */
#define MAX_UDMABUF_BYTES (64 * MIB)

const struct brg_mem_ops *rdma_mem(enum rdma_kind kind)
{
	static const char *const names[RDMA_NR_KINDS] = {
		"host",
		"udmabuf",
		"dmabuf",
		"dmabuf-pages",
	};

	return brg_mem_find(names[kind]);
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t rdma_max_bytes(const struct rdma *rdma, enum rdma_kind kind)
{
	switch (kind) {
	case RDMA_HOST:
		return rdma->host_bytes;
	case RDMA_UDMABUF:
		return rdma->memfd_bytes;
	default:
		return target_bar_bytes(&rdma->target);
	}
}

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

/* does this kernel have the kind, does the device take it, and is it that? */
static int try_kind(struct rdma *rdma, enum rdma_kind kind)
{
	int ret = rdma_prove(rdma, kind, &rdma->proofs[kind]);

	if (!ret || rdma_status(ret) != BENCH_SKIP)
		return ret;
	snprintf(rdma->skipped[kind], sizeof(rdma->skipped[kind]), "%s",
		 brg_last_error());
	return 0;
}

/* one that takes the BAR, if there is any; else the first, for the baseline */
static int choose_device(struct rdma *rdma)
{
	const char *name = rdma->context->options->rdma;
	int fd, ret;

	if (name)
		return brg_verbs_open(name, 0, &rdma->dev);
	ret = brg_dmabuf_export(&rdma->target.vfio, rdma->target.bar, 0, PAGE,
				&fd);
	if (ret)
		return ret;
	ret = brg_verbs_find_importer(fd, &rdma->dev);
	close(fd);
	return ret == -EOPNOTSUPP ? brg_verbs_open(NULL, 0, &rdma->dev) : ret;
}

static int get_memory(struct rdma *rdma)
{
	uint64_t bar = target_bar_bytes(&rdma->target);
	int ret;

	if (bar < RDMA_LEAST_BAR_BYTES)
		return brg_fail(-EOPNOTSUPP, "%s: BAR%u: smaller than %u MiB",
				rdma->target.pci.bdf, rdma->target.bar,
				RDMA_LEAST_BAR_BYTES >> 20);
	rdma->host_bytes = lesser(bar, MAX_HOST_BYTES);
	rdma->host = mmap(NULL, rdma->host_bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (rdma->host == MAP_FAILED) {
		rdma->host = NULL;
		return brg_fail(-ENOMEM, "no %llu bytes of memory",
				(unsigned long long)rdma->host_bytes);
	}
	rdma->memfd_bytes = lesser(bar, MAX_UDMABUF_BYTES);
	ret = brg_udmabuf_memfd(rdma->memfd_bytes, &rdma->memfd);
	return ret;
}

static int open_parts(struct rdma *rdma)
{
	int ret = target_open(rdma->context->options, &rdma->target);

	if (!ret)
		ret = get_memory(rdma);
	if (!ret)
		ret = choose_device(rdma);
	if (ret)
		return ret;
	rdma->note = (struct brg_record_rdma){
		.name = rdma->dev->info.name,
		.driver = rdma->dev->info.driver->name,
		.bdf = rdma->dev->info.bdf,
	};
	for (unsigned int kind = 0; kind < RDMA_NR_KINDS && !ret; kind++)
		ret = try_kind(rdma, kind);
	return ret;
}

int rdma_open(struct bench_context *context, struct rdma *rdma)
{
	char reason[512];
	int ret;

	*rdma = (struct rdma){
		.context = context,
		.target.vfio = { .fd = -1, .iommufd.fd = -1 },
		.memfd = -1,
	};
	ret = open_parts(rdma);
	if (!ret)
		return 0;
	snprintf(reason, sizeof(reason), "%s", brg_last_error());
	rdma_close(rdma);
	return brg_fail(ret, "%s", reason);
}

int rdma_close(struct rdma *rdma)
{
	brg_verbs_close(rdma->dev);
	rdma->dev = NULL;
	if (rdma->host)
		munmap(rdma->host, rdma->host_bytes);
	rdma->host = NULL;
	if (rdma->memfd >= 0)
		close(rdma->memfd);
	rdma->memfd = -1;
	return target_close(&rdma->target);
}

enum bench_status rdma_status(int err)
{
	return err == -EUCLEAN || err == -EXDEV || err == -EILSEQ ?
		       BENCH_FAIL :
		       bench_status_of(err);
}
