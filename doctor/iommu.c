// SPDX-License-Identifier: GPL-2.0-only
/* What stands between devices: the IOMMU, and what it does by default. */
#include "doctor.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include <barrage/sysfs.h>

#define GROUPS "kernel/iommu_groups"

struct modes {
	unsigned int nr_translated;
	unsigned int nr_identity;
	unsigned int nr_other;
};

static unsigned int nr_entries(const char *part)
{
	char path[BRG_SYSFS_PATH_BYTES];
	struct dirent *entry;
	unsigned int nr = 0;
	DIR *dir;

	if (brg_sysfs_path(path, sizeof(path), "%s", part))
		return 0;
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		nr += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return nr;
}

static void count_group(const char *name, struct modes *modes)
{
	char type[32];

	if (brg_sysfs_read(type, sizeof(type), GROUPS "/%s/type", name))
		modes->nr_other++;
	else if (!strcmp(type, "identity"))
		modes->nr_identity++;
	else if (!strncmp(type, "DMA", 3))
		modes->nr_translated++;
	else
		modes->nr_other++;
}

static void count_groups(struct modes *modes)
{
	char path[BRG_SYSFS_PATH_BYTES];
	struct dirent *entry;
	DIR *dir;

	if (brg_sysfs_path(path, sizeof(path), GROUPS))
		return;
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			count_group(entry->d_name, modes);
	}
	if (dir)
		closedir(dir);
}

void doctor_iommu(struct doctor *doctor)
{
	unsigned int nr = nr_entries("class/iommu");
	struct modes modes = {};

	if (!nr) {
		doctor_add(doctor, "iommu", "iommu", DOCTOR_MISSING, "sysfs",
			   "turn it on in the firmware (VT-d, AMD-Vi), and "
			   "boot with intel_iommu=on or amd_iommu=on",
			   "no IOMMU: VFIO gives no device to a program");
		return;
	}
	count_groups(&modes);
	doctor_add(doctor, "iommu", "iommu", DOCTOR_OK, "sysfs", NULL,
		   "%u units", nr);
	doctor_add(doctor, "iommu", "mode", DOCTOR_OK, "sysfs", NULL,
		   "%u groups translated, %u passed through, %u otherwise: "
		   "what is translated goes through the host bridge, unless "
		   "ATS is on",
		   modes.nr_translated, modes.nr_identity, modes.nr_other);
}
