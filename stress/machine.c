// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <barrage/dmabuf.h>
#include <barrage/importer.h>
#include <barrage/log.h>
#include <barrage/p2p.h>
#include <barrage/vfio.h>

#include "engine/stamp.h"

#define TRIAL_BYTES (2ull << 20)

/* A device without a driver may be had; others only where the user says so. */
static int bind(const char *bdf, const char *driver, bool take,
		struct brg_pci_binding *binding)
{
	struct brg_pci pci;
	int ret = brg_pci_read(bdf, &pci);

	if (ret)
		return ret;
	if (*pci.driver && strcmp(pci.driver, driver) && !take)
		return brg_fail(
			-EBUSY,
			"%s: driver %s has it: --take takes it away, and gives it back",
			pci.bdf, pci.driver);
	return brg_pci_bind(pci.bdf, driver, binding);
}

static int use_disk(const char *path, struct brg_disk *disk, const char **to)
{
	int ret;

	if (!path)
		return 0;
	ret = brg_disk_read(path, disk);
	if (!ret)
		ret = brg_disk_check_scratch(disk);
	if (!ret)
		*to = disk->path;
	return ret;
}

static int stamp(struct machine *machine, const char *path)
{
	int fd = path ? open(path, O_RDWR | O_DIRECT | O_CLOEXEC) : -1;
	int ret;

	if (!path)
		return 0;
	if (fd < 0)
		return brg_fail(-errno, "%s: %s", path, strerror(errno));
	ret = stamp_disk(&machine->world, fd);
	close(fd);
	return ret ? brg_fail(ret, "%s: %s", path, strerror(-ret)) : 0;
}

/* what exporting a piece of the BAR, and mapping that, says */
static unsigned int try_dmabuf(const struct brg_vfio *vfio, unsigned int bar)
{
	struct brg_dmabuf_range range = { .length = TRIAL_BYTES };
	unsigned int has = 0;
	void *addr;
	int fd;

	if (brg_dmabuf_export_ranges(vfio, bar, &range, 1, 0, &fd))
		return 0;
	has |= NEED_DMABUF;
	addr = mmap(NULL, TRIAL_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	if (addr != MAP_FAILED) {
		munmap(addr, TRIAL_BYTES);
		has |= NEED_DMABUF_MMAP;
	}
	close(fd);
	if (brg_dmabuf_export_ranges(vfio, bar, &range, 1, BRG_DMABUF_PAGES,
				     &fd))
		return has;
	close(fd);
	return has | NEED_DMABUF_PAGES;
}

static unsigned int try_paths(struct device *device)
{
	static const struct {
		enum power_path path;
		unsigned int need;
	} paths[] = {
		{ POWER_RESET, NEED_RESET },
		{ POWER_FLR, NEED_FLR },
		{ POWER_AF_FLR, NEED_AF_FLR },
		{ POWER_D3HOT, NEED_PM },
	};
	unsigned int has = 0;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (power_has(device, paths[i].path))
			has |= paths[i].need;
	return has;
}

static int try_provider(struct machine *machine)
{
	struct device device = machine->world.device;
	char why[ENGINE_TEXT_BYTES];
	struct brg_vfio vfio;
	int ret = brg_vfio_open(device.bdf, &vfio);

	if (ret)
		return ret;
	machine->has |= NEED_VFIO | try_dmabuf(&vfio, device.bar);
	if (!brg_p2p_probe(&vfio))
		machine->has |= NEED_P2P;
	brg_vfio_close(&vfio);
	ret = device_open(&device, why);
	if (ret)
		return brg_fail(ret, "%s", why);
	machine->has |= try_paths(&device);
	device_close(&device);
	return 0;
}

static int open_provider(const struct stress_options *options,
			 struct machine *machine)
{
	struct world *world = &machine->world;
	int ret = brg_pci_read(options->device, &machine->pci);

	if (!ret)
		ret = brg_pci_check_bar(&machine->pci, options->bar);
	if (!ret)
		ret = bind(options->device, "vfio-pci", options->take,
			   &machine->bindings[0]);
	if (ret)
		return ret;
	strcpy(world->device.bdf, machine->pci.bdf);
	world->device.bar = options->bar;
	return try_provider(machine);
}

static int open_twin(const struct stress_options *options,
		     struct machine *machine)
{
	int ret = bind(options->twin, "vfio-pci", options->take,
		       &machine->bindings[1]);

	if (ret)
		return ret;
	strcpy(machine->world.twin.bdf, options->twin);
	machine->world.twin.bar = options->bar;
	machine->has |= NEED_TWIN;
	return 0;
}

/* It is quietly left out where there is no such module or device. */
static void open_importer(const struct stress_options *options,
			  struct machine *machine)
{
	struct brg_importer importer;

	if (bind(options->importer, BRG_IMPORTER_DRIVER, options->take,
		 &machine->bindings[2]) ||
	    brg_importer_open(options->importer, &importer)) {
		brg_warn("no importer: %s", brg_last_error());
		return;
	}
	brg_importer_close(&importer);
	strcpy(machine->world.importer, options->importer);
	machine->has |= NEED_IMPORTER;
}

static int open_disks(const struct stress_options *options,
		      struct machine *machine)
{
	struct world *world = &machine->world;
	int ret = use_disk(options->disk, &machine->disk, &world->disk_path);

	if (!ret)
		ret = use_disk(options->slow, &machine->slow,
			       &world->slow_path);
	if (!ret)
		ret = stamp(machine, world->disk_path);
	if (!ret)
		ret = stamp(machine, world->slow_path);
	if (!ret && world->disk_path)
		machine->has |= NEED_DISK;
	if (!ret && world->slow_path)
		machine->has |= NEED_SLOW_DISK;
	return ret;
}

int machine_open(const struct stress_options *options, struct machine *machine)
{
	int ret;

	*machine = (struct machine){};
	ret = world_init(&machine->world);
	if (ret)
		return brg_fail(ret, "out of memory");
	machine->world.stamp_seed = options->seed;
	if (!access("/proc/self/fail-nth", W_OK))
		machine->has |= NEED_FAIL_NTH;
	if (*options->device)
		ret = open_provider(options, machine);
	if (!ret && *options->twin)
		ret = open_twin(options, machine);
	if (!ret && *options->importer)
		open_importer(options, machine);
	return ret ? ret : open_disks(options, machine);
}

int machine_close(struct machine *machine)
{
	int ret = 0;

	for (int i = 2; i >= 0; i--) {
		int err = brg_pci_restore(&machine->bindings[i]);

		if (!ret)
			ret = err;
	}
	return ret;
}
