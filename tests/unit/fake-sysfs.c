// SPDX-License-Identifier: GPL-2.0-only
#include "fake-sysfs.h"

#include "test.h"

#include <barrage/sysfs.h>

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NR_RESOURCES 7

static char root[64];

const char *fake_path(const char *part)
{
	static char paths[4][512];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", root, part);
	return path;
}

void fake_dir(const char *part)
{
	char path[512], *slash;

	snprintf(path, sizeof(path), "%s/", fake_path(part));
	for (slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	assert_int_equal(access(path, F_OK), 0);
}

static void parent_dir(const char *part)
{
	char parent[512];

	snprintf(parent, sizeof(parent), "%s", part);
	if (!strrchr(parent, '/'))
		return;
	*strrchr(parent, '/') = '\0';
	fake_dir(parent);
}

void fake_file(const char *part, const char *text)
{
	FILE *file;

	parent_dir(part);
	file = fopen(fake_path(part), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

const char *fake_text(const char *part)
{
	static char text[4096];
	FILE *file = fopen(fake_path(part), "r");
	size_t got;

	assert_non_null(file);
	got = fread(text, 1, sizeof(text) - 1, file);
	text[got] = '\0';
	fclose(file);
	return text;
}

void fake_remove(const char *part)
{
	unlink(fake_path(part));
}

void fake_link(const char *part, const char *target)
{
	parent_dir(part);
	fake_remove(part);
	assert_int_equal(symlink(target, fake_path(part)), 0);
}

int fake_sysfs_setup(void **state)
{
	strcpy(root, "/tmp/barrage-unit-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	fake_dir("bus/pci/devices");
	fake_dir("bus/pci/drivers");
	brg_sysfs_set_root(root);
	brg_clear_error();
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *walk)
{
	return remove(path);
}

int fake_sysfs_teardown(void **state)
{
	brg_sysfs_set_root(NULL);
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *of_device(const char *bdf, const char *name)
{
	static char parts[2][256];
	static unsigned int next;
	char *part = parts[next++ % 2];

	snprintf(part, sizeof(parts[0]), "bus/pci/devices/%s/%s", bdf, name);
	return part;
}

void fake_device(const char *bdf, const char *id, const char *class_code,
		 int group)
{
	char text[64], part[256];
	int i;

	snprintf(text, sizeof(text), "0x%.4s\n", id);
	fake_file(of_device(bdf, "vendor"), text);
	snprintf(text, sizeof(text), "0x%.4s\n", id + 5);
	fake_file(of_device(bdf, "device"), text);
	snprintf(text, sizeof(text), "0x%s\n", class_code);
	fake_file(of_device(bdf, "class"), text);
	fake_file(of_device(bdf, "driver_override"), "(null)\n");
	fake_file(of_device(bdf, "resource"), "");
	for (i = 0; i < NR_RESOURCES; i++)
		fake_bar(bdf, (unsigned int)i, 0, 0, 0);
	if (group < 0)
		return;
	snprintf(text, sizeof(text), "../../kernel/iommu_groups/%d", group);
	fake_link(of_device(bdf, "iommu_group"), text);
	snprintf(part, sizeof(part), "kernel/iommu_groups/%d/devices/%s", group,
		 bdf);
	fake_file(part, "");
}

void fake_bar(const char *bdf, unsigned int bar, uint64_t start, uint64_t size,
	      uint64_t flags)
{
	char lines[NR_RESOURCES][64] = {}, all[NR_RESOURCES * 64] = "";
	char old[NR_RESOURCES * 64], *line, *save;
	int i;

	snprintf(old, sizeof(old), "%s", fake_text(of_device(bdf, "resource")));
	for (i = 0, line = strtok_r(old, "\n", &save); line && i < NR_RESOURCES;
	     i++, line = strtok_r(NULL, "\n", &save))
		snprintf(lines[i], sizeof(lines[i]), "%s", line);
	snprintf(lines[bar], sizeof(lines[bar]),
		 "0x%016" PRIx64 " 0x%016" PRIx64 " 0x%016" PRIx64, start,
		 size ? start + size - 1 : 0, flags);
	for (i = 0; i < NR_RESOURCES && lines[i][0]; i++) {
		strcat(all, lines[i]);
		strcat(all, "\n");
	}
	fake_file(of_device(bdf, "resource"), all);
}

void fake_driver(const char *name)
{
	char part[256];

	snprintf(part, sizeof(part), "bus/pci/drivers/%s/bind", name);
	fake_file(part, "");
	snprintf(part, sizeof(part), "bus/pci/drivers/%s/unbind", name);
	fake_file(part, "");
}

void fake_bind(const char *bdf, const char *driver)
{
	char target[256];

	fake_remove(of_device(bdf, "driver"));
	if (!driver)
		return;
	snprintf(target, sizeof(target), "../../../../bus/pci/drivers/%s",
		 driver);
	fake_link(of_device(bdf, "driver"), target);
}
