// SPDX-License-Identifier: GPL-2.0-only
/* Device nodes that programs need, and the rights to use them. */
#include "doctor.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

/* what makes a node, and whether P2P memory needs it */
static const struct node {
	const char *path;
	const char *prefix; /* of those in the folder @path; NULL: a node */
	const char *name;
	const char *gives;
	const char *advice;
	enum doctor_status without;
} nodes[] = {
	{ "iommu", NULL, "iommufd", "I/O address spaces",
	  "modprobe iommufd, or a kernel with CONFIG_IOMMUFD", DOCTOR_MISSING },
	{ "vfio", "", "vfio", "devices in the hands of programs",
	  "modprobe vfio-pci, or a kernel with CONFIG_VFIO_PCI and "
	  "CONFIG_VFIO_DEVICE_CDEV",
	  DOCTOR_MISSING },
	{ "udmabuf", NULL, "udmabuf", "host memory as dma-bufs, the baseline",
	  "modprobe udmabuf, or a kernel with CONFIG_UDMABUF", DOCTOR_NO },
	{ "infiniband", "uverbs", "uverbs", "RDMA for programs",
	  "modprobe ib_uverbs and the driver of the RDMA device", DOCTOR_NO },
};

/* the first node in a folder that may not be used; then @path is its */
static bool is_one_refused(char *path, size_t size, const char *prefix)
{
	size_t used = strlen(path);
	struct dirent *entry;
	bool refused = false;
	DIR *dir = opendir(path);

	if (!dir)
		return true;
	while (!refused && (entry = readdir(dir))) {
		if (*entry->d_name == '.' || entry->d_type == DT_DIR ||
		    strncmp(entry->d_name, prefix, strlen(prefix)))
			continue;
		snprintf(path + used, size - used, "/%s", entry->d_name);
		refused = access(path, R_OK | W_OK);
	}
	if (!refused)
		path[used] = '\0';
	closedir(dir);
	return refused;
}

/* what of it this process may not use: @path is made that */
static bool is_refused(const struct node *node, char *path, size_t size)
{
	size_t used = strlen(path);

	if (!node->prefix)
		return access(path, R_OK | W_OK);
	if (is_one_refused(path, size, node->prefix))
		return true;
	/* of VFIO: one for each device, in the place of one for each group */
	snprintf(path + used, size - used, "/devices");
	if (!access(path, F_OK))
		return is_one_refused(path, size, node->prefix);
	path[used] = '\0';
	return false;
}

void doctor_kernel(struct doctor *doctor)
{
	struct utsname name;

	if (!uname(&name))
		doctor_add(doctor, "kernel", "release", DOCTOR_OK, "kernel",
			   NULL, "%s", name.release);
	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
		const struct node *node = &nodes[i];
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", doctor->dev, node->path);
		if (access(path, F_OK))
			doctor_add(doctor, "kernel", node->name, node->without,
				   "sysfs", node->advice, "no %s: no %s", path,
				   node->gives);
		else if (is_refused(node, path, sizeof(path)))
			doctor_add(doctor, "kernel", node->name, node->without,
				   "sysfs", "run it as root", "%s: %s", path,
				   strerror(EACCES));
		else
			doctor_add(doctor, "kernel", node->name, DOCTOR_OK,
				   "sysfs", NULL, "%s", node->gives);
	}
}

void doctor_rights(struct doctor *doctor)
{
	struct rlimit limit;

	if (geteuid())
		doctor_add(doctor, "rights", "root", DOCTOR_MISSING, "kernel",
			   "run it as root",
			   "page frames, which are the proof of P2P, are shown "
			   "to root alone");
	else
		doctor_add(doctor, "rights", "root", DOCTOR_OK, "kernel", NULL,
			   "root");
	if (getrlimit(RLIMIT_MEMLOCK, &limit))
		return;
	if (limit.rlim_cur == RLIM_INFINITY || !geteuid())
		doctor_add(doctor, "rights", "memlock", DOCTOR_OK, "kernel",
			   NULL, "no limit for memory regions of host memory");
	else
		doctor_add(doctor, "rights", "memlock", DOCTOR_NO, "kernel",
			   "ulimit -l unlimited, or memlock in "
			   "/etc/security/limits.conf",
			   "%llu KiB of host memory in memory regions at most",
			   (unsigned long long)limit.rlim_cur / 1024);
}
