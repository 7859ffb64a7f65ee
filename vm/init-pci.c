// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOT_BUS "/sys/devices/pci0000:00"
#define DISK_WAIT_MS 20000
#define STEP_MS 2

/* "0000:02:00.0" and "00.0": the same device and function? */
static bool is_at(const char *bdf, const char *devfn)
{
	return strlen(bdf) == strlen("0000:00:00.0") && bdf[4] == ':' &&
	       bdf[7] == ':' && !strcmp(bdf + 8, devfn);
}

/* The device at @devfn below the bridge whose sysfs folder is @dir. */
static char *find_below(const char *dir, const char *devfn)
{
	DIR *list = opendir(dir);
	struct dirent *entry;
	char *found = NULL;

	while (list && !found && (entry = readdir(list))) {
		if (is_at(entry->d_name, devfn))
			found = vm_strf("%s/%s", dir, entry->d_name);
	}
	if (list)
		closedir(list);
	return found;
}

/* Follow "10.0/00.0" from the root bus; returns the sysfs folder or NULL. */
static char *walk(const char *path)
{
	char *dir = vm_strf("%s", ROOT_BUS);

	while (dir && *path) {
		size_t len = strcspn(path, "/");
		char *devfn = vm_strf("%.*s", (int)len, path);
		char *next = find_below(dir, devfn);

		free(devfn);
		free(dir);
		dir = next;
		path += len + (path[len] == '/');
	}
	return dir;
}

/* The block device of an NVMe controller is there some time after boot. */
static char *find_disk(const char *dir)
{
	char *nvme = vm_strf("%s/nvme", dir);
	char *node = NULL;
	DIR *list = opendir(nvme);
	struct dirent *entry;

	while (list && !node && (entry = readdir(list))) {
		char *namespace;

		if (strncmp(entry->d_name, "nvme", 4))
			continue;
		namespace = vm_strf("/dev/%sn1", entry->d_name);
		if (!access(namespace, F_OK))
			node = namespace;
		else
			free(namespace);
	}
	if (list)
		closedir(list);
	free(nvme);
	return node;
}

static char *wait_disk(const char *dir)
{
	int64_t deadline = vm_now_ms() + DISK_WAIT_MS;
	char *node;

	while (!(node = find_disk(dir)) && vm_now_ms() < deadline)
		usleep(STEP_MS * 1000);
	return node;
}

static void set_variable(const char *role, const char *suffix,
			 const char *value)
{
	char *name = vm_strf("BARRAGE_%s%s", role, suffix);

	for (char *p = name; *p; p++)
		*p = *p == '-' ? '_' : toupper((unsigned char)*p);
	setenv(name, value, 1);
	free(name);
}

void init_pci_export(const char *device)
{
	char role[256], bar[16], path[PATH_MAX];
	char *dir, *bdf;

	if (sscanf(device, "%255s %15s %4095s", role, bar, path) != 3)
		init_die("device '%s': not ROLE BAR PATH", device);
	dir = walk(path);
	if (!dir)
		init_die("%s: the kernel found no device at PCI path %s", role,
			 path);
	bdf = strrchr(dir, '/') + 1;
	if (!strcmp(bar, "disk")) {
		char *node = wait_disk(dir);

		if (!node)
			init_die("%s: %s gave no disk within %d s", role, bdf,
				 DISK_WAIT_MS / 1000);
		set_variable(role, "", node);
		set_variable(role, "_BDF", bdf);
		free(node);
	} else {
		set_variable(role, "", bdf);
		if (strcmp(bar, "-"))
			set_variable(role, "_BAR", bar);
	}
	free(dir);
}

void init_pci_give(const char *capability)
{
	char name[16], path[PATH_MAX], *dir, *module, *parameters;
	int ret;

	if (sscanf(capability, "%15s %4095s", name, path) != 2)
		init_die("capability '%s': not NAME PATH", capability);
	dir = walk(path);
	if (!dir)
		init_die("the kernel found no device at PCI path %s", path);
	module = vm_strf("barrage-%s", name);
	parameters = vm_strf("device=%s", strrchr(dir, '/') + 1);
	ret = init_module_load(module, parameters);
	if (ret == -ENOENT)
		init_send("note", "%s has no %s: the kernel was built without",
			  strrchr(dir, '/') + 1, module);
	else if (ret)
		init_die("%s %s: %s", module, parameters, strerror(-ret));
	free(parameters);
	free(module);
	free(dir);
}
