// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <barrage/amplifier.h>
#include <barrage/importer.h>
#include <barrage/log.h>

#include "engine/stamp.h"

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

/* It is quietly left out where there is no such module or device. */
static void open_importer(const struct stress_options *options,
			  struct machine *machine)
{
	struct brg_importer importer;

	if (machine_bind(options->importer, BRG_IMPORTER_DRIVER, options->take,
			 &machine->binding) ||
	    brg_importer_open(options->importer, &importer)) {
		brg_warn("no importer: %s", brg_last_error());
		return;
	}
	brg_importer_close(&importer);
	strcpy(machine->world.importer, options->importer);
	machine->common |= NEED_IMPORTER;
}

int machine_stamp(struct machine *machine)
{
	int ret = stamp(machine, machine->world.disk_path);

	return ret ? ret : stamp(machine, machine->world.slow_path);
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
		ret = machine_stamp(machine);
	if (!ret && world->disk_path)
		machine->common |= NEED_DISK;
	if (!ret && world->slow_path)
		machine->common |= NEED_SLOW_DISK;
	return ret;
}

/* closed also where opening it failed */
static int open_providers(const struct stress_options *options,
			  struct machine *machine)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < options->nr_providers; i++)
		ret = provider_open(
			&options->providers[i], options->take,
			&machine->providers[machine->nr_providers++]);
	return ret;
}

/* A module taints the kernel when it is loaded, which is not to be a finding. */
static void load_amplifier(void)
{
	struct brg_amplifier amplifier;

	if (!brg_amplifier_open(&amplifier))
		brg_amplifier_close(&amplifier);
}

int machine_open(const struct stress_options *options, struct machine *machine)
{
	int ret;

	*machine = (struct machine){};
	ret = world_init(&machine->world);
	if (ret)
		return brg_fail(ret, "out of memory");
	machine->world.stamp_seed = options->seed;
	if (options->delays)
		load_amplifier();
	if (!access("/proc/self/fail-nth", W_OK))
		machine->common |= NEED_FAIL_NTH;
	if (!ret)
		ret = open_providers(options, machine);
	if (!ret && *options->importer)
		open_importer(options, machine);
	return ret ? ret : open_disks(options, machine);
}

unsigned int machine_use(struct machine *machine, unsigned int needs)
{
	const struct provider *best = NULL;
	unsigned int lacks = needs & ~machine->common;

	machine->has = machine->common;
	for (unsigned int i = 0; i < machine->nr_providers; i++) {
		const struct provider *provider = &machine->providers[i];
		unsigned int left = needs & ~machine->common & ~provider->has;

		if (best &&
		    __builtin_popcount(left) >= __builtin_popcount(lacks))
			continue;
		best = provider;
		lacks = left;
	}
	if (!best)
		return lacks;
	machine->has |= best->has;
	machine->world.device = best->device;
	machine->world.twin = best->twin;
	machine->world.device.vfio = machine->world.device.iommufd = -1;
	machine->world.twin.vfio = machine->world.twin.iommufd = -1;
	return lacks;
}

int machine_close(struct machine *machine)
{
	int ret = brg_pci_restore(&machine->binding);

	for (unsigned int i = 0; i < machine->nr_providers; i++) {
		int err = provider_close(&machine->providers[i]);

		if (!ret)
			ret = err;
	}
	return ret;
}
