// SPDX-License-Identifier: GPL-2.0-only
#include "cost-ops.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <barrage/clock.h>
#include <barrage/dmabuf.h>
#include <barrage/log.h>

#define PAGE 4096ul
#define HUGE (2ul << 20)
#define BUF_BYTES (4ul << 20)

double cost_since_ns(uint64_t start_ns)
{
	return (double)(brg_clock_now_ns() - start_ns);
}

uint64_t cost_any_offset(const struct target *target, struct shuffle *random,
			 uint64_t bytes, uint64_t align)
{
	uint64_t room = (target_bar_bytes(target) - bytes) / align;

	return room ? shuffle_next(random) % room * align : 0;
}

static int export_close(const struct target *target, struct shuffle *random,
			double *values_ns)
{
	uint64_t offset = cost_any_offset(target, random, BUF_BYTES, PAGE);
	uint64_t start_ns = brg_clock_now_ns();
	int fd, ret = brg_dmabuf_export(&target->vfio, target->bar, offset,
					BUF_BYTES, &fd);

	values_ns[0] = cost_since_ns(start_ns);
	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	close(fd);
	values_ns[1] = cost_since_ns(start_ns);
	return 0;
}

static int iommufd_map(const struct target *target, int fd, double *values_ns)
{
	const struct brg_vfio *vfio = &target->vfio;
	uint64_t iova, start_ns = brg_clock_now_ns();
	int ret = brg_iommufd_ioas_map_file(&vfio->iommufd, vfio->ioas_id, fd,
					    BUF_BYTES, &iova);

	values_ns[0] = cost_since_ns(start_ns);
	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	ret = brg_iommufd_ioas_unmap(&vfio->iommufd, vfio->ioas_id, iova,
				     BUF_BYTES);
	values_ns[1] = cost_since_ns(start_ns);
	return ret;
}

static int iommufd(const struct target *target, struct shuffle *random,
		   double *values_ns)
{
	uint64_t offset = cost_any_offset(target, random, BUF_BYTES, HUGE);
	int fd, ret = brg_dmabuf_export(&target->vfio, target->bar, offset,
					BUF_BYTES, &fd);

	if (ret)
		return ret;
	ret = iommufd_map(target, fd, values_ns);
	close(fd);
	return ret;
}

static int reset(const struct target *target, struct shuffle *random,
		 double *values_ns)
{
	double start_cpu_ns = target_cpu_ns();
	uint64_t start_ns = brg_clock_now_ns();
	int ret = brg_vfio_reset(&target->vfio);

	values_ns[0] = cost_since_ns(start_ns);
	values_ns[1] = target_cpu_ns() - start_cpu_ns;
	if (ret == -ENOTTY || ret == -EINVAL)
		return brg_fail(-EOPNOTSUPP, "%s: cannot be reset alone",
				target->pci.bdf);
	return ret ? brg_fail(ret, "%s: reset: %s", target->pci.bdf,
			      strerror(-ret)) :
		     0;
}

const struct cost_op cost_ops[] = {
	{
		.name = "cost-fault-4k",
		.metrics = { "fault" },
		.mem = &target_mem_bar,
		.nr_samples = 16,
		.claimed = 1,
		.beside = true,
		.run = cost_fault_small,
	},
	{
		.name = "cost-fault-2m",
		.metrics = { "fault" },
		.mem = &target_mem_bar,
		.nr_samples = 32,
		.claimed = 1,
		.beside = true,
		.run = cost_fault_huge,
	},
	{
		.name = "cost-mmap",
		.metrics = { "map", "unmap" },
		.mem = &target_mem_bar,
		.nr_samples = 32,
		.beside = true,
		.run = cost_map_unmap,
	},
	{
		.name = "cost-dmabuf",
		.metrics = { "export", "close" },
		.mem = &target_mem_dmabuf,
		.nr_samples = 32,
		.claimed = 1,
		.beside = true,
		.run = export_close,
	},
	{
		.name = "cost-iommufd",
		.metrics = { "map", "unmap" },
		.mem = &target_mem_dmabuf,
		.nr_samples = 32,
		.claimed = 2,
		.beside = true,
		.run = iommufd,
	},
	{
		.name = "cost-reset",
		.metrics = { "latency", "cpu" },
		.mem = &target_mem_bar,
		.nr_samples = 4,
		.claimed = 2,
		.run = reset,
	},
	{},
};
