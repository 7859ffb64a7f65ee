// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "proof"
#include <barrage/proof.h>
#include <barrage/log.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "iomem.h"

/* an entry of /proc/PID/pagemap: Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP "/proc/self/pagemap"
#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_FRAME ((1ull << 55) - 1)

const char *brg_verdict_name(enum brg_verdict verdict)
{
	switch (verdict) {
	case BRG_VERDICT_HOST:
		return "host";
	case BRG_VERDICT_BOUNCE:
		return "bounce";
	case BRG_VERDICT_P2P:
		return "p2p";
	default:
		return "none";
	}
}

static int fail_frame(const void *addr, uint64_t entry)
{
	if (!(entry & PAGEMAP_PRESENT))
		return brg_fail(-EFAULT, "no page is mapped at %p", addr);
	return brg_fail(-EPERM,
			PAGEMAP " hides page frames: CAP_SYS_ADMIN is needed "
				"for a proof");
}

int brg_proof_frames(const void *addr, size_t nr_pages, uint64_t *phys)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const volatile uint8_t *at = addr;
	uint64_t first = (uintptr_t)addr / page;
	size_t i, done;
	ssize_t got;
	int fd, ret = 0;

	for (i = 0; i < nr_pages; i++)
		(void)at[i * page];
	fd = open(PAGEMAP, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return brg_fail(-errno, PAGEMAP ": %s", strerror(errno));
	for (done = 0; done < nr_pages; done += (size_t)got / sizeof(*phys)) {
		got = pread(fd, phys + done, (nr_pages - done) * sizeof(*phys),
			    (off_t)((first + done) * sizeof(*phys)));
		if (got < (ssize_t)sizeof(*phys)) {
			ret = got < 0 ? -errno : -EIO;
			brg_fail(ret, PAGEMAP ": %s", strerror(-ret));
			goto close;
		}
	}
	for (i = 0; i < nr_pages; i++) {
		if (!(phys[i] & PAGEMAP_PRESENT) ||
		    !(phys[i] & PAGEMAP_FRAME)) {
			ret = fail_frame((const uint8_t *)addr + i * page,
					 phys[i]);
			break;
		}
		phys[i] = (phys[i] & PAGEMAP_FRAME) * page;
	}
close:
	close(fd);
	return ret;
}

int brg_proof_ram(struct brg_phys_range *ranges, size_t max)
{
	FILE *file = fopen("/proc/iomem", "re");
	int ret;

	if (!file)
		return brg_fail(-errno, "/proc/iomem: %s", strerror(errno));
	ret = brg_iomem_ram(file, ranges, max);
	fclose(file);
	if (ret < 0)
		return brg_fail(ret, "/proc/iomem: %s",
				ret == -EPERM ? "it hides addresses: "
						"CAP_SYS_ADMIN is needed" :
						strerror(-ret));
	return ret;
}

static bool is_inside(uint64_t phys, const struct brg_phys_range *range)
{
	return phys >= range->start && phys <= range->end;
}

void brg_proof_judge(const uint64_t *phys, size_t nr_pages,
		     const struct brg_phys_range *bar,
		     const struct brg_phys_range *ram, size_t nr_ram,
		     struct brg_proof *proof)
{
	size_t i, r;

	proof->nr_pages = nr_pages;
	proof->nr_in_bar = 0;
	proof->nr_in_ram = 0;
	proof->first_phys = nr_pages ? phys[0] : 0;
	proof->bar = bar ? *bar : (struct brg_phys_range){};
	for (i = 0; i < nr_pages; i++) {
		if (bar && is_inside(phys[i], bar))
			proof->nr_in_bar++;
		for (r = 0; r < nr_ram; r++)
			if (is_inside(phys[i], &ram[r]))
				break;
		if (r < nr_ram)
			proof->nr_in_ram++;
	}

	/* a BAR inside System RAM is nonsense: believe neither then */
	if (!nr_pages || (proof->nr_in_bar && proof->nr_in_ram))
		proof->verdict = BRG_VERDICT_NONE;
	else if (proof->nr_in_bar == nr_pages)
		proof->verdict = BRG_VERDICT_P2P;
	else if (proof->nr_in_ram == nr_pages)
		proof->verdict = BRG_VERDICT_HOST;
	else
		proof->verdict = BRG_VERDICT_NONE;

	snprintf(proof->text, sizeof(proof->text),
		 "%zu pages from %#" PRIx64 ": %zu in the BAR (%#" PRIx64
		 "-%#" PRIx64 "), %zu in RAM",
		 nr_pages, proof->first_phys, proof->nr_in_bar,
		 proof->bar.start, proof->bar.end, proof->nr_in_ram);
}
