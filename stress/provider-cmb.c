// SPDX-License-Identifier: GPL-2.0-only
/* Providers that are no device on vfio-pci: the CMB of an NVMe with its driver */
#include "provider.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <barrage/cleanup.h>
#include <barrage/disk.h>
#include <barrage/log.h>

#include "engine/cmb.h"

#define DEVICES "/sys/bus/pci/devices"

/* "nvme0n1" is a disk, "nvme0c1n1" a way of several to one, "ng0n1" no disk */
static int check_disk(const char *bdf, const char *name)
{
	unsigned int controller, path, number;
	struct brg_disk disk;
	char node[80], end;
	int ret;

	if (sscanf(name, "nvme%uc%un%u", &controller, &path, &number) == 3)
		return brg_fail(
			-EBUSY,
			"%s: %s: a disk with several controllers: what uses it cannot be told",
			bdf, name);
	if (sscanf(name, "nvme%un%u%c", &controller, &number, &end) != 2)
		return 0;
	snprintf(node, sizeof(node), "/dev/%.64s", name);
	ret = brg_disk_read(node, &disk);
	return ret ? ret : brg_disk_check_scratch(&disk);
}

static int check_entries(const char *bdf, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int ret = 0;

	while (dir && !ret && (entry = readdir(dir)))
		ret = check_disk(bdf, entry->d_name);
	if (dir)
		closedir(dir);
	return ret;
}

/* Unbinding takes its disks away, whoever uses them. */
static int check_disks(const char *bdf)
{
	char folder[80], path[200];
	struct dirent *entry;
	int ret = 0;
	DIR *dir;

	snprintf(folder, sizeof(folder), DEVICES "/%s/nvme", bdf);
	dir = opendir(folder);
	while (dir && !ret && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%.64s", folder, entry->d_name);
		if (*entry->d_name != '.')
			ret = check_entries(bdf, path);
	}
	if (dir)
		closedir(dir);
	return ret;
}

static bool has_reset(const char *bdf)
{
	char path[80];

	snprintf(path, sizeof(path), DEVICES "/%s/reset", bdf);
	return !access(path, W_OK);
}

static int look_at(struct provider *provider)
{
	struct device *device = &provider->device;
	int ret = cmb_used(device->bdf, &device->cmb_used);

	if (ret)
		return brg_fail(
			ret,
			"%s: the driver " CMB_DRIVER
			" offers no P2P memory: has the device a controller memory buffer, the kernel CONFIG_PCI_P2PDMA?",
			device->bdf);
	provider->has |= NEED_PROVIDER | NEED_CMB;
	if (has_reset(device->bdf))
		provider->has |= NEED_SYSFS_RESET;
	return 0;
}

/* Its races take its driver away, and itself from the bus. */
static int plan_return(struct provider *provider)
{
	struct brg_cleanup_step steps[2] = {
		{ .path = "/sys/bus/pci/rescan", .text = "1" },
		{ .path = "/sys/bus/pci/drivers/" CMB_DRIVER "/bind" },
	};

	strcpy(steps[1].text, provider->device.bdf);
	return brg_cleanup_add(steps, 2, &provider->cleanup);
}

int provider_open_cmb(const struct stress_provider *named, bool take,
		      struct provider *provider)
{
	struct brg_pci pci;
	int ret = brg_pci_read(named->bdf, &pci);

	if (!ret && pci.class_code != BRG_PCI_CLASS_NVME)
		ret = brg_fail(-EINVAL, "%s: it is no NVMe", named->bdf);
	if (!ret)
		ret = machine_bind(named->bdf, CMB_DRIVER, take,
				   &provider->bindings[0]);
	if (!ret)
		ret = check_disks(named->bdf);
	if (ret)
		return ret;
	strcpy(provider->device.bdf, pci.bdf);
	provider->device.cmb = true;
	ret = look_at(provider);
	return ret ? ret : plan_return(provider);
}
