// SPDX-License-Identifier: GPL-2.0-only
/* A device's file, opened through VFIO in an iommufd, and what is found of it */
#include "engine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pmr.h"
#include "power.h"

#define P2P_BYTES (2ull << 20) /* and a multiple, to be P2P memory */
#ifndef ENABLE_LIMIT_NS
#define ENABLE_LIMIT_NS 5000000000ull
#endif
#define ENABLE_POLL_US 100

int device_cannot(char why[ENGINE_TEXT_BYTES], const char *what,
		  const char *who)
{
	int err = errno;

	snprintf(why, ENGINE_TEXT_BYTES, "%s: %s: %s", who, what,
		 strerror(err));
	return -err;
}

/* /sys/bus/pci/devices/BDF/vfio-dev/vfioN names the node */
int device_node(const char *bdf)
{
	char path[300];
	struct dirent *entry;
	DIR *dir;
	int fd = -1;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio-dev", bdf);
	dir = opendir(path);
	errno = ENODEV;
	while (dir && fd < 0 && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "vfio", 4)) {
			snprintf(path, sizeof(path), "/dev/vfio/devices/%s",
				 entry->d_name);
			fd = open(path, O_RDWR | O_CLOEXEC);
			break;
		}
	if (dir)
		closedir(dir);
	return fd;
}

const uint8_t device_token[DEVICE_TOKEN_BYTES] = { 0xba, 0x22, 0xa6, 0xe1 };

bool device_is_vf(const char *bdf)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/physfn", bdf);
	return !access(path, F_OK);
}

static int attach(const struct device *device, int vfio)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.flags = device->token ? VFIO_DEVICE_BIND_FLAG_TOKEN : 0,
		.iommufd = device->iommufd,
		.token_uuid_ptr = (uintptr_t)device_token,
	};
	struct vfio_device_attach_iommufd_pt to = {
		.argsz = sizeof(to),
		.pt_id = device->ioas,
	};

	return ioctl(vfio, VFIO_DEVICE_BIND_IOMMUFD, &bind) ||
			       ioctl(vfio, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &to) ?
		       -errno :
		       0;
}

/* 0 where the BAR is not there */
static uint64_t size_of(int vfio, unsigned int bar)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = bar,
	};

	return ioctl(vfio, VFIO_DEVICE_GET_REGION_INFO, &info) ? 0 : info.size;
}

/* I/O ports and registers are smaller */
static void look_around(struct device *device)
{
	device->bar_bytes = size_of(device->vfio, device->bar);
	device->other_bar = device->bar;
	device->other_bar_bytes = 0;
	for (unsigned int bar = 0; bar <= VFIO_PCI_BAR5_REGION_INDEX; bar++) {
		uint64_t bytes = size_of(device->vfio, bar);

		if (bar == device->bar || bytes < P2P_BYTES)
			continue;
		device->other_bar = bar;
		device->other_bar_bytes = bytes;
	}
	device->vf = device_is_vf(device->bdf);
	device->paths = 0;
	for (int path = 0; path < POWER_NR; path++)
		if (power_has(device, (enum power_path)path))
			device->paths |= 1u << path;
}

/*
 * Only threads of this process have the file where it may be closed: processes would
 * have it open, too.
 */
static pthread_mutex_t file_lock = PTHREAD_MUTEX_INITIALIZER;

static void set_device(struct device *device, const struct device *to)
{
	pthread_mutex_lock(&file_lock);
	*device = *to;
	pthread_mutex_unlock(&file_lock);
}

void device_leave(struct device *device)
{
	struct device closed = *device;
	int fd = device->vfio;

	closed.vfio = -1;
	set_device(device, &closed);
	close(fd);
}

/* who wants to close it waits for this, not until the memory is ready */
static int step(const struct device *device,
		int (*pmr)(const struct device *device))
{
	int ret = 0;

	pthread_mutex_lock(&file_lock);
	if (device->vfio >= 0)
		ret = pmr(device);
	pthread_mutex_unlock(&file_lock);
	return ret;
}

static int enable(const struct device *device)
{
	uint64_t end_ns = engine_now_ns() + ENABLE_LIMIT_NS;
	int ret = step(device, pmr_start);

	while (ret == -EAGAIN) {
		if (engine_now_ns() > end_ns)
			return -ETIMEDOUT;
		engine_pause_us(ENABLE_POLL_US);
		ret = step(device, pmr_is_ready);
	}
	return ret;
}

int device_enable(const struct device *device)
{
	int ret = device->pmr ? enable(device) : 0;

	/* off in another way as well: who ends that will enable it */
	return ret == -EIO ? 0 : ret;
}

int device_join(struct device *device, char why[ENGINE_TEXT_BYTES])
{
	struct device open;
	int vfio = device_node(device->bdf);

	if (vfio < 0 || attach(device, vfio)) {
		int ret = device_cannot(why, "open through VFIO", device->bdf);

		if (vfio >= 0)
			close(vfio);
		return ret;
	}
	/* what is found is there before others may use it */
	open = *device;
	open.vfio = vfio;
	look_around(&open);
	/* a reset that is under way may hide it */
	open.pmr |= enable(&open) > 0;
	set_device(device, &open);
	return 0;
}

int device_open(struct device *device, char why[ENGINE_TEXT_BYTES])
{
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	int ret;

	device->vfio = -1;
	device->iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	if (device->iommufd < 0 ||
	    ioctl(device->iommufd, IOMMU_IOAS_ALLOC, &alloc)) {
		ret = device_cannot(why, "open", "/dev/iommu");
	} else {
		device->ioas = alloc.out_ioas_id;
		ret = device_join(device, why);
	}
	if (ret)
		device_close(device);
	return ret;
}

void device_close(struct device *device)
{
	if (device->vfio >= 0)
		close(device->vfio);
	if (device->iommufd >= 0)
		close(device->iommufd);
	device->vfio = device->iommufd = -1;
}
