// SPDX-License-Identifier: GPL-2.0-only
#include "cost-ops.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <barrage/clock.h>
#include <barrage/dmabuf.h>
#include <barrage/log.h>

#define PAGE 4096ul
#define HUGE (2ul << 20)
#define NR_PAGES 64
#define NR_SMALL 511 /* of the 512 that make a huge page */
#define NR_HUGE 8
#define BUF_BYTES (4ul << 20)

static double since_ns(uint64_t start_ns)
{
	return (double)(brg_clock_now_ns() - start_ns);
}

/* faults that this thread took */
static long nr_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt;
}

/* a read of each step, once; how long it took, and how many faults */
static double touch(const volatile char *addr, size_t nr, size_t step,
		    long *faults)
{
	long before = nr_faults();
	uint64_t start_ns = brg_clock_now_ns();
	double took_ns;

	for (size_t i = 0; i < nr; i++)
		(void)addr[i * step];
	took_ns = since_ns(start_ns);
	*faults = nr_faults() - before;
	return took_ns;
}

/* somewhere in the BAR, so that nothing rests on one address */
static uint64_t any_offset(const struct target *target, struct shuffle *random,
			   uint64_t bytes, uint64_t align)
{
	uint64_t room = (target_bar_bytes(target) - bytes) / align;

	return room ? shuffle_next(random) % room * align : 0;
}

/* the BAR at a multiple of 2 MiB; undone by munmap() of *spacep, len + HUGE */
static int map_aligned(const struct target *target, uint64_t offset, size_t len,
		       char **spacep, char **addrp)
{
	struct brg_vfio_region region;
	char *space, *addr;
	int ret = brg_vfio_region(&target->vfio, target->bar, &region);

	if (ret)
		return ret;
	space = mmap(NULL, len + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	if (space == MAP_FAILED)
		return brg_fail(-errno, "mmap: %s", strerror(errno));
	addr = (char *)(((uintptr_t)space + HUGE - 1) / HUGE * HUGE);
	if (mmap(addr, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 target->vfio.fd,
		 (off_t)(region.file_offset + offset)) == MAP_FAILED) {
		ret = brg_fail(-errno, "%s: BAR%u: mmap: %s", target->pci.bdf,
			       target->bar, strerror(errno));
		munmap(space, len + HUGE);
		return ret;
	}
	*spacep = space;
	*addrp = addr;
	return 0;
}

/*
 * Less than 2 MiB are mapped, so there is no room for a huge page; in a place
 * that shares no page table with a neighbour, so that each mapping needs one,
 * and so many pages that it does not count for much.
 */
static int fault_small(const struct target *target, struct shuffle *random,
		       double *values_ns)
{
	const size_t len = NR_SMALL * PAGE;
	char *space = NULL, *addr = NULL;
	long faults;
	int ret = map_aligned(target, any_offset(target, random, len, PAGE),
			      len, &space, &addr);

	if (ret)
		return ret;
	*values_ns = touch(addr, NR_SMALL, PAGE, &faults) / NR_SMALL;
	munmap(space, len + HUGE);
	if (faults != NR_SMALL)
		return brg_fail(-EIO, "%s: %d pages took %ld faults",
				target->pci.bdf, NR_SMALL, faults);
	return 0;
}

static int fault_huge(const struct target *target, struct shuffle *random,
		      double *values_ns)
{
	const size_t len = NR_HUGE * HUGE;
	char *space = NULL, *addr = NULL;
	long faults, more;
	int ret;

	if (target_bar_bytes(target) < len)
		return brg_fail(-EOPNOTSUPP, "%s: BAR%u: smaller than 16 MiB",
				target->pci.bdf, target->bar);
	ret = map_aligned(target, any_offset(target, random, len, HUGE), len,
			  &space, &addr);
	if (ret)
		return ret;
	*values_ns = touch(addr, NR_HUGE, HUGE, &faults) / NR_HUGE;
	touch(addr, len / PAGE, PAGE, &more);
	munmap(space, len + HUGE);
	if (faults == NR_HUGE && !more)
		return 0;
	return brg_fail(-EOPNOTSUPP,
			"%s: this kernel maps BARs by small pages only",
			target->pci.bdf);
}

static int map_unmap(const struct target *target, struct shuffle *random,
		     double *values_ns)
{
	const size_t len = NR_PAGES * PAGE;
	uint64_t offset = any_offset(target, random, len, PAGE);
	struct brg_vfio_region region;
	uint64_t start_ns;
	void *addr;
	int ret = brg_vfio_region(&target->vfio, target->bar, &region);

	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	addr = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED,
		    target->vfio.fd, (off_t)(region.file_offset + offset));
	values_ns[0] = since_ns(start_ns);
	if (addr == MAP_FAILED)
		return brg_fail(-errno, "%s: BAR%u: mmap: %s", target->pci.bdf,
				target->bar, strerror(errno));
	start_ns = brg_clock_now_ns();
	munmap(addr, len);
	values_ns[1] = since_ns(start_ns);
	return 0;
}

static int export_close(const struct target *target, struct shuffle *random,
			double *values_ns)
{
	uint64_t offset = any_offset(target, random, BUF_BYTES, PAGE);
	uint64_t start_ns = brg_clock_now_ns();
	int fd, ret = brg_dmabuf_export(&target->vfio, target->bar, offset,
					BUF_BYTES, &fd);

	values_ns[0] = since_ns(start_ns);
	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	close(fd);
	values_ns[1] = since_ns(start_ns);
	return 0;
}

static int iommufd_map(const struct target *target, int fd, double *values_ns)
{
	const struct brg_vfio *vfio = &target->vfio;
	uint64_t iova, start_ns = brg_clock_now_ns();
	int ret = brg_iommufd_ioas_map_file(&vfio->iommufd, vfio->ioas_id, fd,
					    BUF_BYTES, &iova);

	values_ns[0] = since_ns(start_ns);
	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	ret = brg_iommufd_ioas_unmap(&vfio->iommufd, vfio->ioas_id, iova,
				     BUF_BYTES);
	values_ns[1] = since_ns(start_ns);
	return ret;
}

static int iommufd(const struct target *target, struct shuffle *random,
		   double *values_ns)
{
	uint64_t offset = any_offset(target, random, BUF_BYTES, HUGE);
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

	values_ns[0] = since_ns(start_ns);
	values_ns[1] = target_cpu_ns() - start_cpu_ns;
	if (ret == -ENOTTY || ret == -EINVAL)
		return brg_fail(-EOPNOTSUPP, "%s: cannot be reset alone",
				target->pci.bdf);
	return ret ? brg_fail(ret, "%s: reset: %s", target->pci.bdf,
			      strerror(-ret)) :
		     0;
}

const struct cost_op cost_ops[] = {
	{ "cost-fault-4k",
	  { "fault" },
	  &target_mem_bar,
	  16,
	  true,
	  true,
	  fault_small },
	{ "cost-fault-2m",
	  { "fault" },
	  &target_mem_bar,
	  32,
	  true,
	  true,
	  fault_huge },
	{ "cost-mmap",
	  { "map", "unmap" },
	  &target_mem_bar,
	  32,
	  false,
	  true,
	  map_unmap },
	{ "cost-dmabuf",
	  { "export", "close" },
	  &target_mem_dmabuf,
	  32,
	  true,
	  true,
	  export_close },
	{ "cost-iommufd",
	  { "map", "unmap" },
	  &target_mem_dmabuf,
	  32,
	  true,
	  true,
	  iommufd },
	{ "cost-reset",
	  { "latency", "cpu" },
	  &target_mem_bar,
	  4,
	  true,
	  false,
	  reset },
	{},
};
