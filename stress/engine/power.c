// SPDX-License-Identifier: GPL-2.0-only
#include "power.h"

#include "bound.h"
#include "config.h"
#include "text-file.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int set_memory(struct device *device, bool on)
{
	return config_write_bits(device, PCI_COMMAND, PCI_COMMAND_MEMORY,
				 on ? PCI_COMMAND_MEMORY : 0);
}

static int set_power(struct device *device, uint16_t state)
{
	return config_write_bits(
		device,
		config_in_capability(device, PCI_CAP_ID_PM, PCI_PM_CTRL),
		PCI_PM_CTRL_STATE_MASK, state);
}

static int flr(struct device *device)
{
	return config_write_bits(
		device,
		config_in_capability(device, PCI_CAP_ID_EXP, PCI_EXP_DEVCTL),
		PCI_EXP_DEVCTL_BCR_FLR, PCI_EXP_DEVCTL_BCR_FLR);
}

static int af_flr(struct device *device)
{
	return config_write_bits(
		device,
		config_in_capability(device, PCI_CAP_ID_AF, PCI_AF_CTRL),
		PCI_AF_CTRL_FLR, PCI_AF_CTRL_FLR);
}

static int feature(struct device *device, uint32_t number)
{
	struct vfio_device_feature arg = {
		.argsz = sizeof(arg),
		.flags = VFIO_DEVICE_FEATURE_SET | number,
	};

	return ioctl(device->vfio, VFIO_DEVICE_FEATURE, &arg) ? -errno : 0;
}

/* EINVAL: another actor has it in low power */
static int low_power(struct device *device)
{
	int ret = feature(device, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY);

	return ret == -EINVAL ? -EBUSY : ret;
}

static int hot_reset(struct device *device)
{
	struct vfio_pci_hot_reset arg = { .argsz = sizeof(arg) };

	return ioctl(device->vfio, VFIO_DEVICE_PCI_HOT_RESET, &arg) ? -errno :
								      0;
}

static int write_one(const char *folder, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.3000s/%s", folder, file);
	return text_file_write(path, "1");
}

static int sysfs_reset(struct device *device, bool bridge)
{
	char path[64], *real;
	int ret;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", device->bdf);
	if (!bridge)
		return write_one(path, "reset");
	real = realpath(path, NULL);
	if (!real)
		return -errno;
	ret = write_one(dirname(real), "reset_subordinate");
	free(real);
	return ret;
}

/* The kernel does not ask whose the other devices are that it resets. */
static bool is_alone_below_bridge(const struct device *device)
{
	char path[64], end;
	struct dirent *entry;
	bool alone = true;
	unsigned int of[4];
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/..", device->bdf);
	dir = opendir(path);
	while (dir && alone && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "%x:%x:%x.%x%c", &of[0], &of[1],
			   &of[2], &of[3], &end) == 4)
			alone = !strcmp(entry->d_name, device->bdf) ||
				!strcmp(entry->d_name, device->twin);
	if (dir)
		closedir(dir);
	return dir && alone;
}

const char *power_name(enum power_path path)
{
	static const char *const names[] = {
		[POWER_RESET] = "VFIO_DEVICE_RESET",
		[POWER_HOT_RESET] = "VFIO_DEVICE_PCI_HOT_RESET",
		[POWER_SYSFS] = "reset in sysfs",
		[POWER_BRIDGE] = "reset_subordinate",
		[POWER_FLR] = "FLR by DEVCTL",
		[POWER_AF_FLR] = "FLR by the AF capability",
		[POWER_MEMORY] = "COMMAND.MEM=0",
		[POWER_D3HOT] = "D3hot",
		[POWER_LOW] = "LOW_POWER_ENTRY",
	};

	return names[path];
}

static bool has_file(struct device *device, bool bridge)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", device->bdf,
		 bridge ? "../reset_subordinate" : "reset");
	return !access(path, W_OK);
}

static bool has_reset(struct device *device)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	return !ioctl(device->vfio, VFIO_DEVICE_GET_INFO, &info) &&
	       info.flags & VFIO_DEVICE_FLAGS_RESET;
}

/* the upper half of the register */
static bool has_flr(struct device *device)
{
	int at = config_in_capability(device, PCI_CAP_ID_EXP,
				      PCI_EXP_DEVCAP + 2);
	int value = at < 0 ? at : config_read(device, (unsigned int)at);

	return value >= 0 && value & PCI_EXP_DEVCAP_FLR >> 16;
}

bool power_has(struct device *device, enum power_path path)
{
	switch (path) {
	case POWER_RESET:
		return has_reset(device);
	case POWER_HOT_RESET:
		/* the bus is its PF's, too */
		return !device->vf;
	case POWER_SYSFS:
		/*
		 * Linux makes the file before it finds what else is on the
		 * bus, and then cannot do it. VFIO has tried it.
		 */
		return has_file(device, false) && has_reset(device);
	case POWER_BRIDGE:
		return has_file(device, true) && is_alone_below_bridge(device);
	case POWER_FLR:
		return has_flr(device);
	case POWER_AF_FLR:
		return config_find_capability(device, PCI_CAP_ID_AF) >= 0;
	case POWER_D3HOT:
		return config_find_capability(device, PCI_CAP_ID_PM) >= 0;
	default:
		return true;
	}
}

int power_do(struct device *device, enum power_path path)
{
	switch (path) {
	case POWER_RESET:
		return ioctl(device->vfio, VFIO_DEVICE_RESET) ? -errno : 0;
	case POWER_HOT_RESET:
		return hot_reset(device);
	case POWER_SYSFS:
		return sysfs_reset(device, false);
	case POWER_BRIDGE:
		return sysfs_reset(device, true);
	case POWER_FLR:
		return flr(device);
	case POWER_AF_FLR:
		return af_flr(device);
	case POWER_MEMORY:
		return set_memory(device, false);
	case POWER_D3HOT:
		return set_power(device, 3);
	default:
		return low_power(device);
	}
}

uint32_t power_will_end(struct shared *shared)
{
	return atomic_fetch_add(&shared->begun, 1) + 1;
}

/* Resets may overlap: the one that began last counts. */
void power_has_ended(struct shared *shared, uint32_t number)
{
	uint32_t last = atomic_load(&shared->epoch);

	while (last < number &&
	       !atomic_compare_exchange_weak(&shared->epoch, &last, number))
		;
}

bool power_keeps_off(const struct device *device, enum power_path path)
{
	return (path == POWER_MEMORY && !device->vf) || path == POWER_D3HOT ||
	       path == POWER_LOW;
}

/*
 * The last page of P2P memory that comes back wakes who waits for it. Then there is
 * only the reset itself, which waits a tenth of a second or two, and what is done to
 * mappings and dma-bufs. With I/O the time of the registration counts; a reset that
 * the kernel does by itself waits for ten seconds
 * (VFIO_PCI_P2P_EXTERNAL_TIMEOUT).
 */
#define RESET_MS 10000
#define EXTERNAL_MS (10000 + RESET_MS)

static uint64_t flying_ms(enum power_path path)
{
	return path == POWER_SYSFS || path == POWER_BRIDGE ? EXTERNAL_MS : 0;
}

int power_begin(struct world *world, struct device *device,
		enum power_path path)
{
	uint32_t number = power_will_end(world->shared);
	uint32_t off = promise_begin(&world->shared->off);
	uint64_t begin_ns = engine_now_ns();
	int ret;

	atomic_fetch_add(&world->shared->asked, 1);
	ret = power_do(device, path);
	bound_note(world, power_name(path), begin_ns, RESET_MS,
		   flying_ms(path));
	promise_end(&world->shared->off, off,
		    !ret && power_keeps_off(device, path) &&
			    device == &world->device);
	if (!ret)
		power_has_ended(world->shared, number);
	atomic_fetch_add(&world->shared->returned, 1);
	return ret;
}

static int give_back(struct device *device, enum power_path path)
{
	switch (path) {
	case POWER_MEMORY:
		return set_memory(device, true);
	case POWER_D3HOT:
		return set_power(device, 0);
	case POWER_LOW:
		return feature(device, VFIO_DEVICE_FEATURE_LOW_POWER_EXIT);
	default:
		return 0;
	}
}

int power_end(struct device *device, enum power_path path)
{
	uint32_t off = device->off ? promise_begin(device->off) : 0;
	int ret = give_back(device, path);

	if (!ret)
		ret = device_enable(device);
	/* who has turned it off meanwhile enables it */
	if (ret == -ETIMEDOUT && device->off &&
	    !promise_holds(device->off, off))
		ret = 0;
	if (device->off)
		promise_end(device->off, off, false);
	return ret < 0 ? ret : 0;
}

void power_restore(struct device *device)
{
	feature(device, VFIO_DEVICE_FEATURE_LOW_POWER_EXIT);
	set_power(device, 0);
	set_memory(device, true);
	device_enable(device);
}
