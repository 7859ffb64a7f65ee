// SPDX-License-Identifier: GPL-2.0-only
#include "cmb.h"

#include "p2p.h"
#include "text-file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEVICES "/sys/bus/pci/devices"
#define DRIVER "/sys/bus/pci/drivers/" CMB_DRIVER
#define PATH_BYTES 400
/* a little sooner than who watches loses patience */
#define LIMIT_NS ((CMB_READY_S - 5) * 1000000000ull)
#define POLL_US 2000

static void path_of(const char *bdf, const char *file, char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, DEVICES "/%s/%s", bdf, file);
}

static bool has(const char *bdf, const char *file)
{
	char path[PATH_BYTES];

	path_of(bdf, file, path);
	return !access(path, F_OK);
}

int cmb_unbind(const char *bdf)
{
	return text_file_write(DRIVER "/unbind", bdf);
}

int cmb_bind(const char *bdf)
{
	return text_file_write(DRIVER "/bind", bdf);
}

int cmb_remove(const char *bdf)
{
	char path[PATH_BYTES];

	path_of(bdf, "remove", path);
	return text_file_write(path, "1");
}

/* Linux 7.3 makes the files first, when it has no memory yet. */
static bool has_memory(const char *bdf)
{
	uint64_t size;

	return !p2p_read(bdf, "size", &size) && size;
}

/* The driver looks at what is new when it comes to it. */
int cmb_rescan(const char *bdf)
{
	uint64_t end_ns = engine_now_ns() + LIMIT_NS;
	int ret = text_file_write("/sys/bus/pci/rescan", "1");

	while (!ret && !has_memory(bdf)) {
		if (engine_now_ns() > end_ns)
			return -ETIMEDOUT;
		engine_pause_us(POLL_US);
	}
	return ret;
}

/* nvme/nvmeN/reset_controller: the number is another one each time */
static int reset_controller(const char *bdf)
{
	char path[PATH_BYTES], file[PATH_BYTES];
	struct dirent *entry;
	int ret = -ENOENT;
	DIR *dir;

	path_of(bdf, "nvme", path);
	dir = opendir(path);
	while (dir && ret == -ENOENT && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "nvme", 4))
			continue;
		snprintf(file, sizeof(file), "%.100s/%.64s/reset_controller",
			 path, entry->d_name);
		ret = text_file_write(file, "1");
	}
	if (dir)
		closedir(dir);
	return ret;
}

int cmb_reset(const char *bdf, enum cmb_reset how)
{
	char path[PATH_BYTES];

	if (how == CMB_RESET_CONTROLLER)
		return reset_controller(bdf);
	path_of(bdf, "reset", path);
	return text_file_write(path, "1");
}

bool cmb_is_published(const char *bdf)
{
	return has(bdf, "p2pmem/allocate");
}

int cmb_used(const char *bdf, uint64_t *bytes)
{
	uint64_t size, available;
	int ret = p2p_read(bdf, "size", &size);

	if (!ret)
		ret = p2p_read(bdf, "available", &available);
	if (!ret)
		*bytes = size - available;
	return ret;
}

void cmb_restore(const char *bdf)
{
	if (!has(bdf, ""))
		cmb_rescan(bdf);
	else if (!has(bdf, "driver"))
		cmb_bind(bdf);
}
