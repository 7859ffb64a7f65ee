// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "pci"
#include <barrage/pci.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <dirent.h>
#include <errno.h>
#include <string.h>

/* Drivers that do no DMA of their own, so that a group may be shared. */
static bool is_harmless(const char *driver)
{
	return !*driver || !strcmp(driver, "vfio-pci") ||
	       !strcmp(driver, "pci-stub") || !strcmp(driver, "pcieport");
}

int brg_pci_check_group(const struct brg_pci *pci)
{
	char path[BRG_SYSFS_PATH_BYTES], driver[BRG_PCI_NAME_BYTES];
	struct dirent *entry;
	DIR *dir;
	int ret;

	if (pci->iommu_group < 0)
		return brg_fail(-EOPNOTSUPP,
				"%s: in no IOMMU group: turn the IOMMU on in "
				"the firmware and boot with intel_iommu=on, or "
				"amd_iommu=on",
				pci->bdf);
	ret = brg_sysfs_path(path, sizeof(path),
			     "kernel/iommu_groups/%d/devices",
			     pci->iommu_group);
	if (ret)
		return ret;
	dir = opendir(path);
	if (!dir)
		return brg_fail(-errno, "%s: %s", path, strerror(errno));
	while (!ret && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    !strcmp(entry->d_name, pci->bdf) ||
		    brg_sysfs_link(driver, sizeof(driver), "%s/%s/driver",
				   "bus/pci/devices", entry->d_name) ||
		    is_harmless(driver))
			continue;
		ret = brg_fail(
			-EBUSY,
			"%s: shares IOMMU group %d with %s, which driver "
			"%s holds: unbind that, or move the card",
			pci->bdf, pci->iommu_group, entry->d_name, driver);
	}
	closedir(dir);
	return ret;
}
