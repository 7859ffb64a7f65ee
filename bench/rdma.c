// SPDX-License-Identifier: GPL-2.0-only
#include "rdma.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <barrage/log.h>

#include "ram.h"
#include "rdma-proof.h"

#define MIB (1ull << 20)
#define PAGE 4096u
/* host memory is not to be used up for a BAR that is as large as it */
#define MAX_HOST_BYTES (1024 * MIB)
/* more than that older kernels do not make (udmabuf.size_limit_mb) */
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

/* does this kernel have the kind, does the device take it, and is it that? */
static int try_kind(struct rdma *rdma, enum rdma_kind kind)
{
	int ret = rdma_prove(rdma, kind, &rdma->proofs[kind]);

	if (!ret || bench_status_of(ret) != BENCH_SKIP)
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

/*
 * All benchmarks of a run have the same memory: in how many pieces it came is up
 * to what was free at the time, and importers see that. It goes with the process.
 */
static struct {
	void *host;
	uint64_t host_bytes;
	int memfd;
	uint64_t memfd_bytes;
} kept = { .memfd = -1 };

static int keep_memory(uint64_t bar)
{
	void *shared;
	int ret = 0;

	if (!kept.host) {
		kept.host_bytes = lesser(bar, MAX_HOST_BYTES);
		ret = ram_map(kept.host_bytes, &kept.host);
	}
	if (ret || kept.memfd >= 0)
		return ret;
	kept.memfd_bytes = lesser(bar, MAX_UDMABUF_BYTES);
	ret = ram_map_memfd(kept.memfd_bytes, &kept.memfd, &shared);
	/* its pages stay where they are */
	if (!ret)
		munmap(shared, kept.memfd_bytes);
	return ret;
}

static int get_memory(struct rdma *rdma)
{
	uint64_t bar = target_bar_bytes(&rdma->target);
	int ret;

	if (bar < RDMA_LEAST_BAR_BYTES)
		return brg_fail(-EOPNOTSUPP, "%s: BAR%u: smaller than %u MiB",
				rdma->target.pci.bdf, rdma->target.bar,
				RDMA_LEAST_BAR_BYTES >> 20);
	ret = keep_memory(bar);
	if (ret)
		return ret;
	rdma->host = kept.host;
	rdma->host_bytes = kept.host_bytes;
	rdma->memfd = kept.memfd;
	rdma->memfd_bytes = kept.memfd_bytes;
	return 0;
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

static int rdma_close(struct rdma *rdma)
{
	brg_verbs_close(rdma->dev);
	rdma->dev = NULL;
	return target_close(&rdma->target);
}

static int rdma_open(struct bench_context *context, struct rdma *rdma)
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

int rdma_revoke(const struct rdma *rdma)
{
	const struct brg_vfio *vfio = &rdma->target.vfio;
	int off = brg_vfio_set_memory(vfio, false);
	int on = brg_vfio_set_memory(vfio, true);

	if (!off && !on)
		return 0;
	return brg_fail(off ? off : on, "%s: memory off and on: %s", vfio->bdf,
			strerror(off ? -off : -on));
}

static enum bench_status
open_and_measure(struct bench_context *context, struct rdma *rdma,
		 int (*measure)(struct rdma *rdma, const void *arg),
		 const void *arg)
{
	enum bench_status status;
	int ret = rdma_open(context, rdma);

	if (ret)
		return bench_end(context, ret);
	status = bench_end(context, bench_has_worked(measure(rdma, arg)));
	ret = bench_has_worked(rdma_close(rdma));
	return status == BENCH_PASS ? bench_end(context, ret) : status;
}

enum bench_status rdma_run(struct bench_context *context,
			   int (*measure)(struct rdma *rdma, const void *arg),
			   const void *arg)
{
	struct rdma *rdma = malloc(sizeof(*rdma));
	enum bench_status status;

	if (!rdma)
		return bench_reason(context, BENCH_ERROR, "out of memory");
	status = open_and_measure(context, rdma, measure, arg);
	free(rdma);
	return status;
}
