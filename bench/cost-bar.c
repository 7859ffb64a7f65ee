// SPDX-License-Identifier: GPL-2.0-only
/* mapping a BAR through VFIO, and the faults that fill the mapping */
#include "cost-ops.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#define PAGE 4096ul
#define HUGE (2ul << 20)
#define GIGA (1ul << 30)
#define SPACE (2 * GIGA)
#define NR_PAGES 64
#define NR_SMALL 511 /* of the 512 that make a huge page */
#define NR_HUGE 8

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
	took_ns = cost_since_ns(start_ns);
	*faults = nr_faults() - before;
	return took_ns;
}

/*
 * Map the BAR where the upper page tables are there already, whatever place the
 * system chooses: at a multiple of 1 GiB, with a page behind it that is in use.
 * Undone by munmap() of *spacep, SPACE.
 */
static int map_aligned(const struct target *target, uint64_t offset, size_t len,
		       char **spacep, char **addrp)
{
	struct brg_vfio_region region;
	char *space, *addr, *beside;
	int ret = brg_vfio_region(&target->vfio, target->bar, &region);

	if (ret)
		return ret;
	space = mmap(NULL, SPACE, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (space == MAP_FAILED)
		return brg_fail(-errno, "mmap: %s", strerror(errno));
	addr = (char *)(((uintptr_t)space + GIGA - 1) / GIGA * GIGA);
	beside = addr + len + 2 * HUGE;
	if (mprotect(beside, PAGE, PROT_READ | PROT_WRITE)) {
		ret = brg_fail(-errno, "mprotect: %s", strerror(errno));
		munmap(space, SPACE);
		return ret;
	}
	*(volatile char *)beside = 1;
	if (mmap(addr, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 target->vfio.fd,
		 (off_t)(region.file_offset + offset)) == MAP_FAILED) {
		ret = brg_fail(-errno, "%s: BAR%u: mmap: %s", target->pci.bdf,
			       target->bar, strerror(errno));
		munmap(space, SPACE);
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
int cost_fault_small(const struct target *target, struct shuffle *random,
		     double *values_ns)
{
	const size_t len = NR_SMALL * PAGE;
	char *space = NULL, *addr = NULL;
	long faults;
	int ret = map_aligned(target,
			      cost_any_offset(target, random, len, PAGE), len,
			      &space, &addr);

	if (ret)
		return ret;
	*values_ns = touch(addr, NR_SMALL, PAGE, &faults) / NR_SMALL;
	munmap(space, SPACE);
	if (faults != NR_SMALL)
		return brg_fail(-EIO, "%s: %d pages took %ld faults",
				target->pci.bdf, NR_SMALL, faults);
	return 0;
}

int cost_fault_huge(const struct target *target, struct shuffle *random,
		    double *values_ns)
{
	const size_t len = NR_HUGE * HUGE;
	char *space = NULL, *addr = NULL;
	long faults, more;
	int ret;

	if (target_bar_bytes(target) < len)
		return brg_fail(-EOPNOTSUPP, "%s: BAR%u: smaller than 16 MiB",
				target->pci.bdf, target->bar);
	ret = map_aligned(target, cost_any_offset(target, random, len, HUGE),
			  len, &space, &addr);
	if (ret)
		return ret;
	*values_ns = touch(addr, NR_HUGE, HUGE, &faults) / NR_HUGE;
	touch(addr, len / PAGE, PAGE, &more);
	munmap(space, SPACE);
	if (faults == NR_HUGE && !more)
		return 0;
	return brg_fail(-EOPNOTSUPP,
			"%s: this kernel maps BARs by small pages only",
			target->pci.bdf);
}

int cost_map_unmap(const struct target *target, struct shuffle *random,
		   double *values_ns)
{
	const size_t len = NR_PAGES * PAGE;
	uint64_t offset = cost_any_offset(target, random, len, PAGE);
	struct brg_vfio_region region;
	uint64_t start_ns;
	void *addr;
	int ret = brg_vfio_region(&target->vfio, target->bar, &region);

	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	addr = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED,
		    target->vfio.fd, (off_t)(region.file_offset + offset));
	values_ns[0] = cost_since_ns(start_ns);
	if (addr == MAP_FAILED)
		return brg_fail(-errno, "%s: BAR%u: mmap: %s", target->pci.bdf,
				target->bar, strerror(errno));
	start_ns = brg_clock_now_ns();
	munmap(addr, len);
	values_ns[1] = cost_since_ns(start_ns);
	return 0;
}
