// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the emulated machine a slot whose power goes off gives its device up: it is
 * asked to put another one in, by a line on a port of the machine's runner.
 */
#include "hotplug.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "host.h"
#include "text-file.h"

#define SLOTS "/sys/bus/pci/slots"
#define DEVICES "/sys/bus/pci/devices"
#define ROLE "hot"
#define LIMIT_NS 60000000000ull
#define POLL_US 2000

/* the address of a slot is without the function */
static bool find_slot(const char *bdf, char slot[64])
{
	DIR *dir = opendir(SLOTS);
	char path[400], got[64];
	struct dirent *at;
	bool found = false;

	while (dir && !found && (at = readdir(dir))) {
		snprintf(path, sizeof(path), SLOTS "/%s/address", at->d_name);
		text_file_read(path, got, sizeof(got));
		found = *got && !strncmp(got, bdf, strlen(got));
		if (found)
			snprintf(slot, 64, "%.63s", at->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool is_emulated(const char *bdf)
{
	const char *hot = getenv("BARRAGE_HOT");

	return hot && !strcmp(hot, bdf) && host_is_there();
}

bool hotplug_has(const char *bdf)
{
	char slot[64];

	return find_slot(bdf, slot) &&
	       (is_emulated(bdf) || !getenv("BARRAGE_IN_VM"));
}

/* a file of the device that is there, or no more */
static int await(const char *bdf, const char *file, bool there)
{
	uint64_t end_ns = engine_now_ns() + LIMIT_NS;
	char path[128];

	snprintf(path, sizeof(path), DEVICES "/%s%s", bdf, file);
	while (!access(path, F_OK) != there) {
		if (engine_now_ns() > end_ns)
			return -ETIMEDOUT;
		engine_pause_us(POLL_US);
	}
	return 0;
}

static int set_power(const char *bdf, const char *state)
{
	char slot[64], path[128];

	if (!find_slot(bdf, slot))
		return -ENOENT;
	snprintf(path, sizeof(path), SLOTS "/%s/power", slot);
	return text_file_write(path, state);
}

int hotplug_out(const char *bdf, bool button)
{
	int ret = button && is_emulated(bdf) ? host_ask(NULL, "unplug " ROLE) :
					       set_power(bdf, "0");

	return ret ? ret : await(bdf, "", false);
}

/* The machine lets go of the old one a little later than the kernel. */
static int put_in(const char *bdf)
{
	uint64_t end_ns = engine_now_ns() + LIMIT_NS;
	int ret;

	if (!is_emulated(bdf))
		return set_power(bdf, "1");
	while ((ret = host_ask(NULL, "plug " ROLE)) && engine_now_ns() < end_ns)
		engine_pause_us(POLL_US);
	return ret;
}

/*
 * At first the kernel is busy finding out that no driver wants it. The probe may be
 * the kernel's own, which a write to drivers_probe does not wait for: the driver's
 * files are there before the device can be opened.
 */
static int bind_driver(const char *bdf)
{
	uint64_t end_ns = engine_now_ns() + LIMIT_NS;
	char path[128];
	int ret, node;

	snprintf(path, sizeof(path), DEVICES "/%s/driver_override", bdf);
	for (;;) {
		ret = text_file_write(path, "vfio-pci");
		if (!ret)
			ret = text_file_write("/sys/bus/pci/drivers_probe",
					      bdf);
		node = device_node(bdf);
		if (node >= 0) {
			close(node);
			return 0;
		}
		if (errno != ENODEV && errno != ENOENT)
			return -errno;
		if (engine_now_ns() > end_ns)
			return ret ? ret : -ETIMEDOUT;
		engine_pause_us(POLL_US);
	}
}

int hotplug_in(const char *bdf)
{
	int ret = put_in(bdf);

	if (!ret)
		ret = await(bdf, "", true);
	return ret ? ret : bind_driver(bdf);
}
