// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "pci"
#include <barrage/pci.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"

#define DEVICES "bus/pci/devices"

/* of include/linux/ioport.h; sysfs shows them in each device's "resource" */
#define RESOURCE_IO 0x00000100ull
#define RESOURCE_MEM 0x00000200ull
#define RESOURCE_PREFETCH 0x00002000ull
#define RESOURCE_MEM_64 0x00100000ull
#define RESOURCE_UNSET 0x20000000ull

int brg_pci_parse_bdf(const char *text, char bdf[BRG_PCI_BDF_BYTES])
{
	unsigned int domain = 0, bus, device, function;
	int used = -1;

	if (!text)
		return brg_fail(
			-EINVAL,
			"no PCI address given: want one like 0000:01:00.0");
	if (sscanf(text, "%8x:%2x:%2x.%1x%n", &domain, &bus, &device, &function,
		   &used) != 4 ||
	    used < 0 || text[used]) {
		domain = 0;
		used = -1;
		if (sscanf(text, "%2x:%2x.%1x%n", &bus, &device, &function,
			   &used) != 3 ||
		    used < 0 || text[used])
			goto bad;
	}
	/* sscanf lets signs, blanks and 0x through: none has a place here */
	if (strspn(text, "0123456789abcdefABCDEF:.") != strlen(text) ||
	    device > 0x1f || function > 7)
		goto bad;
	snprintf(bdf, BRG_PCI_BDF_BYTES, "%04x:%02x:%02x.%x", domain,
		 bus & 0xff, device & 0x1f, function & 7);
	return 0;
bad:
	return brg_fail(
		-EINVAL,
		"\"%s\" is not a PCI address: want one like 0000:01:00.0",
		text);
}

static int read_bars(struct brg_pci *pci)
{
	uint64_t start, end, flags;
	char text[4096], *line, *save;
	struct brg_pci_bar *bar;
	unsigned int i = 0;
	int ret;

	ret = brg_sysfs_read(text, sizeof(text), DEVICES "/%s/resource",
			     pci->bdf);
	if (ret)
		return ret;
	for (line = strtok_r(text, "\n", &save); line && i < BRG_PCI_NR_BARS;
	     line = strtok_r(NULL, "\n", &save), i++) {
		if (sscanf(line, "%" SCNx64 " %" SCNx64 " %" SCNx64, &start,
			   &end, &flags) != 3)
			return -EINVAL;
		bar = &pci->bars[i];
		if (!(flags & (RESOURCE_IO | RESOURCE_MEM)) || end < start)
			continue;
		bar->size_bytes = end - start + 1;
		bar->start = flags & RESOURCE_UNSET ? 0 : start;
		bar->memory = flags & RESOURCE_MEM;
		bar->prefetchable = flags & RESOURCE_PREFETCH;
		bar->is_64bit = flags & RESOURCE_MEM_64;
	}
	return 0;
}

/* Only attributes that some devices lack may be missing. */
static int read_device(const char *bdf, struct brg_pci *pci)
{
	uint64_t vendor, device, class_code;
	char group[BRG_PCI_NAME_BYTES];
	int ret;

	memset(pci, 0, sizeof(*pci));
	strcpy(pci->bdf, bdf);
	ret = brg_sysfs_read_u64(&vendor, DEVICES "/%s/vendor", bdf);
	if (!ret)
		ret = brg_sysfs_read_u64(&device, DEVICES "/%s/device", bdf);
	if (!ret)
		ret = brg_sysfs_read_u64(&class_code, DEVICES "/%s/class", bdf);
	if (!ret)
		ret = read_bars(pci);
	if (ret)
		return ret;
	pci->vendor = (uint16_t)vendor;
	pci->device = (uint16_t)device;
	pci->class_code = (uint32_t)class_code & 0xffffff;

	if (brg_sysfs_link(pci->driver, sizeof(pci->driver),
			   DEVICES "/%s/driver", bdf))
		pci->driver[0] = '\0';
	if (brg_sysfs_read(pci->driver_override, sizeof(pci->driver_override),
			   DEVICES "/%s/driver_override", bdf) ||
	    !strcmp(pci->driver_override, "(null)"))
		pci->driver_override[0] = '\0';
	pci->iommu_group = -1;
	if (!brg_sysfs_link(group, sizeof(group), DEVICES "/%s/iommu_group",
			    bdf))
		pci->iommu_group = atoi(group);
	return 0;
}

static int is_bdf(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       strlen(entry->d_name) < BRG_PCI_BDF_BYTES;
}

int brg_pci_walk(int (*visit)(const struct brg_pci *pci, void *arg), void *arg)
{
	char path[BRG_SYSFS_PATH_BYTES];
	struct dirent **names;
	struct brg_pci pci;
	int nr, i, ret;

	ret = brg_sysfs_path(path, sizeof(path), DEVICES);
	if (ret)
		return ret;
	nr = scandir(path, &names, is_bdf, alphasort);
	if (nr < 0)
		return brg_fail(-errno, "%s: %s: is there a PCI bus?", path,
				strerror(errno));
	for (i = 0; i < nr && !ret; i++)
		/* a device that vanished meanwhile is no error */
		if (!read_device(names[i]->d_name, &pci))
			ret = visit(&pci, arg);
	for (i = 0; i < nr; i++)
		free(names[i]);
	free(names);
	return ret;
}

struct listing {
	char text[512];
	size_t used;
	unsigned int nr;
};

/* A provider wants a memory BAR that ZONE_DEVICE can take: 2 MiB or more. */
static int list_provider(const struct brg_pci *pci, void *arg)
{
	struct listing *list = arg;
	char bars[128];
	unsigned int i;
	int put;

	for (i = 0; i < BRG_PCI_NR_BARS; i++)
		if (pci->bars[i].memory &&
		    pci->bars[i].size_bytes >= 2 * BRG_MIB)
			break;
	if (i == BRG_PCI_NR_BARS)
		return 0;
	brg_pci_list_bars(pci, bars, sizeof(bars));
	put = snprintf(list->text + list->used, sizeof(list->text) - list->used,
		       "%s%s (%s)", list->nr ? ", " : "", pci->bdf, bars);
	if (put < 0 || (size_t)put >= sizeof(list->text) - list->used) {
		list->text[list->used] = '\0';
		return 1;
	}
	list->used += (size_t)put;
	list->nr++;
	return 0;
}

int brg_pci_read(const char *bdf, struct brg_pci *pci)
{
	struct listing list = { .text = "" };
	char full[BRG_PCI_BDF_BYTES];
	int ret;

	ret = brg_pci_parse_bdf(bdf, full);
	if (ret)
		return ret;
	ret = read_device(full, pci);
	if (!ret)
		return 0;
	if (ret != -ENOENT)
		return brg_fail(ret, "%s: cannot read it from sysfs: %s", full,
				strerror(-ret));
	brg_pci_walk(list_provider, &list);
	return brg_fail(-ENODEV,
			"%s: no such PCI device; with a BAR of 2 MiB or more "
			"there are: %s",
			full, list.nr ? list.text : "none");
}

void brg_pci_list_bars(const struct brg_pci *pci, char *text, size_t size)
{
	char amount[BRG_SIZE_BYTES];
	size_t used = 0;
	unsigned int i;
	int put;

	snprintf(text, size, "none");
	for (i = 0; i < BRG_PCI_NR_BARS; i++) {
		if (!pci->bars[i].memory)
			continue;
		put = snprintf(text + used, size - used, "%sBAR%u %s",
			       used ? ", " : "", i,
			       brg_size_text(pci->bars[i].size_bytes, amount));
		if (put < 0 || (size_t)put >= size - used)
			return;
		used += (size_t)put;
	}
}

int brg_pci_check_bar(const struct brg_pci *pci, unsigned int bar)
{
	const char *what = "there is no such BAR";
	char bars[128];

	if (bar < BRG_PCI_NR_BARS && pci->bars[bar].size_bytes) {
		if (!pci->bars[bar].memory)
			what = "it is I/O ports, not memory";
		else if (!pci->bars[bar].start)
			what = "the kernel gave it no address";
		else
			return 0;
	}
	brg_pci_list_bars(pci, bars, sizeof(bars));
	return brg_fail(-EINVAL, "%s: BAR%u: %s; its memory BARs: %s", pci->bdf,
			bar, what, bars);
}
