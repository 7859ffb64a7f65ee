// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmb.h"
#include "place.h"
#include "pmr.h"
#include "power.h"
#include "registration.h"

#define P2P_BYTES (2ull << 20) /* and a multiple, to be P2P memory */
#define NR_PARTS (2 + ENGINE_MAX_ACTORS)
#define ARENA_BYTES (NR_PARTS * SLOT_NR_OWN * SLOT_BYTES)

_Static_assert(SLOT_NR_SHARED <= SLOT_NR_OWN, "parts of the arena are alike");

/*
 * Far below all that the kernel finds a place for: mmap() that the driver refuses
 * leaves a hole in the arena, which other threads' mappings must not come to be in.
 */
#define ARENA_PLACE ((void *)(32ull << 40))

int world_init(struct world *world)
{
	world->disk = world->slow = -1;
	world->device.vfio = world->device.iommufd = -1;
	world->twin.vfio = world->twin.iommufd = -1;
	world->arena = mmap(ARENA_PLACE, ARENA_BYTES + SLOT_BYTES, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (world->arena == MAP_FAILED)
		return -errno;
	/* 2 MiB pages want both addresses aligned alike */
	world->arena += -(uintptr_t)world->arena % SLOT_BYTES;
	slots_init(world, world->slots, SLOT_NR_SHARED, 0);
	world->shared = mmap(NULL, sizeof(*world->shared),
			     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			     -1, 0);
	return world->shared == MAP_FAILED ? -errno : 0;
}

static int say(char why[ENGINE_TEXT_BYTES], const char *what, const char *who)
{
	int err = errno;

	snprintf(why, ENGINE_TEXT_BYTES, "%s: %s: %s", who, what,
		 strerror(err));
	return -err;
}

/* /sys/bus/pci/devices/BDF/vfio-dev/vfioN names the node */
static int open_node(const char *bdf)
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

static int attach(const struct device *device, int vfio)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.iommufd = device->iommufd,
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
	for (unsigned int bar = 0; bar <= VFIO_PCI_BAR5_REGION_INDEX; bar++)
		if (bar != device->bar &&
		    size_of(device->vfio, bar) >= P2P_BYTES)
			device->other_bar = bar;
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

int device_enable(const struct device *device)
{
	int ret = 0;

	pthread_mutex_lock(&file_lock);
	if (device->pmr && device->vfio >= 0)
		ret = pmr_enable(device);
	pthread_mutex_unlock(&file_lock);
	/* off in another way as well: who ends that will enable it */
	return ret == -EIO ? 0 : ret;
}

int device_join(struct device *device, char why[ENGINE_TEXT_BYTES])
{
	struct device open;
	int vfio = open_node(device->bdf);

	if (vfio < 0 || attach(device, vfio)) {
		int ret = say(why, "open through VFIO", device->bdf);

		if (vfio >= 0)
			close(vfio);
		return ret;
	}
	/* what is found is there before others may use it */
	open = *device;
	open.vfio = vfio;
	look_around(&open);
	/* a reset that is under way may hide it */
	open.pmr |= pmr_enable(&open) > 0;
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
		ret = say(why, "open", "/dev/iommu");
	} else {
		device->ioas = alloc.out_ioas_id;
		ret = device_join(device, why);
	}
	if (ret)
		device_close(device);
	return ret;
}

/* the twin: in the iommufd of the device */
static int open_twin(struct world *world, char why[ENGINE_TEXT_BYTES])
{
	struct device *twin = &world->twin;

	twin->vfio = -1;
	twin->iommufd = fcntl(world->device.iommufd, F_DUPFD_CLOEXEC, 0);
	if (twin->iommufd < 0)
		return say(why, "open a second time", "/dev/iommu");
	twin->ioas = world->device.ioas;
	return device_join(twin, why);
}

void device_close(struct device *device)
{
	if (device->vfio >= 0)
		close(device->vfio);
	if (device->iommufd >= 0)
		close(device->iommufd);
	device->vfio = device->iommufd = -1;
}

static int open_disk(const char *path, int *fd, char why[ENGINE_TEXT_BYTES])
{
	if (!path)
		return 0;
	*fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	return *fd < 0 ? say(why, "open", path) : 0;
}

int world_open(struct world *world, char why[ENGINE_TEXT_BYTES])
{
	int ret = 0;

	/* a reset of the twin is one of the device, and ends what was off */
	world->device.off = world->twin.off = &world->shared->off;
	if (*world->device.bdf && !world->device.cmb)
		ret = place_ensure(&world->device, why) ?:
			      device_open(&world->device, why);
	if (!ret && *world->twin.bdf)
		ret = place_ensure(&world->twin, why) ?: open_twin(world, why);
	if (!ret)
		ret = open_disk(world->disk_path, &world->disk, why);
	if (!ret)
		ret = open_disk(world->slow_path, &world->slow, why);
	return ret;
}

void world_close_begin(struct world *world, struct closing *closing)
{
	struct shared *shared = world->shared;

	closing->off = promise_begin(&shared->off);
	closing->registered = promise_begin(&shared->registered);
	atomic_store(&shared->lent.closed, true);
}

void world_close_end(struct world *world, const struct closing *closing,
		     bool opened)
{
	struct shared *shared = world->shared;

	if (opened)
		atomic_fetch_add(&shared->lent.openings, 1);
	promise_end(&shared->registered, closing->registered, false);
	promise_end(&shared->off, closing->off, false);
}

void world_quiet(struct world *world)
{
	atomic_store(&world->shared->nr_closed, 0);
	slots_clear(world, world->slots, SLOT_NR_SHARED);
	/* what holds later is not what was promised */
	promise_end(&world->shared->off, promise_begin(&world->shared->off),
		    false);
	promise_end(&world->shared->registered,
		    promise_begin(&world->shared->registered), false);
	if (world->device.cmb)
		cmb_restore(world->device.bdf);
	place_judge(world, &world->device);
	place_judge(world, &world->twin);
	if (world->device.vfio >= 0) {
		power_restore(&world->device);
		registration_undo(&world->device);
	}
	if (world->twin.vfio >= 0)
		power_restore(&world->twin);
}

bool engine_others_work(struct shared *shared)
{
	int busy = -atomic_load(&shared->nr_holding);

	for (unsigned int i = 0; i < ENGINE_MAX_ACTORS; i++)
		busy += atomic_load(&shared->log[i].at) &&
			!atomic_load(&shared->log[i].ended);
	return busy > 0;
}

void world_close(struct world *world)
{
	slots_clear(world, world->slots, SLOT_NR_SHARED);
	device_close(&world->device);
	device_close(&world->twin);
	if (world->disk >= 0)
		close(world->disk);
	if (world->slow >= 0)
		close(world->slow);
	world->disk = world->slow = -1;
}
