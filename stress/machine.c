// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <barrage/amplifier.h>
#include <barrage/cleanup.h>
#include <barrage/importer.h>
#include <barrage/log.h>

#include "engine/fail-nth.h"
#include "engine/host.h"
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

static int stamp(struct machine *machine, enum disk_kind kind, const char *path)
{
	int fd = path ? open(path, O_RDWR | O_DIRECT | O_CLOEXEC) : -1;
	int ret;

	if (!path)
		return 0;
	if (fd < 0)
		return brg_fail(-errno, "%s: %s", path, strerror(errno));
	ret = stamp_disk(&machine->world, kind, fd);
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
	int ret = stamp(machine, DISK_PLAIN, machine->world.disk_path);

	return ret ? ret : stamp(machine, DISK_SLOW, machine->world.slow_path);
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
	if (!ret && host_may_hold(world->disk_path))
		machine->common |= NEED_HELD_DISK;
	if (!ret && world->slow_path)
		machine->common |= NEED_SLOW_DISK;
	return ret;
}

/* What cannot be is said at once; they are bound later. */
static int check_providers(const struct stress_options *options)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < options->nr_providers; i++) {
		const struct stress_provider *named = &options->providers[i];
		struct brg_pci pci;

		if (*named->pf) {
			ret = brg_pci_read(named->pf, &pci);
			if (!ret)
				ret = provider_check_vf(named, options->take);
			continue;
		}
		ret = brg_pci_read(named->bdf, &pci);
		if (!ret && !named->cmb)
			ret = brg_pci_check_bar(&pci, named->bar);
		if (!ret && *named->twin)
			ret = brg_pci_read(named->twin, &pci);
	}
	return ret;
}

/* A module taints the kernel when it is loaded, which is not to be a finding. */
static void load_amplifier(void)
{
	struct brg_amplifier amplifier;

	if (!brg_amplifier_open(&amplifier))
		brg_amplifier_close(&amplifier);
}

/* Races change for the machine which allocations may fail: undone when all has ended. */
static int keep_fail_nth(struct machine *machine)
{
	struct brg_cleanup_step step = {};
	struct fail_nth_kept kept;
	uint64_t id;
	int ret = 0;

	if (access("/proc/self/fail-nth", W_OK))
		return 0;
	fail_nth_keep(&kept);
	for (unsigned int i = 0; !ret && i < FAIL_NTH_NR_FILES; i++) {
		if (!*kept.text[i])
			continue;
		snprintf(step.path, sizeof(step.path), "%s", fail_nth_files[i]);
		snprintf(step.text, sizeof(step.text), "%s", kept.text[i]);
		ret = brg_cleanup_add(&step, 1, &id);
	}
	if (!ret)
		machine->common |= NEED_FAIL_NTH;
	return ret;
}

int machine_open(const struct stress_options *options, struct journal *journal,
		 struct machine *machine)
{
	int ret;

	*machine = (struct machine){ .options = options, .journal = journal };
	ret = world_init(&machine->world);
	if (ret)
		return brg_fail(ret, "out of memory");
	machine->world.stamp_seed = options->seed;
	if (options->delays)
		load_amplifier();
	ret = keep_fail_nth(machine);
	if (!ret)
		ret = check_providers(options);
	if (!ret && *options->importer)
		open_importer(options, machine);
	return ret ? ret : open_disks(options, machine);
}

/* there is a limit for each */
static void step(struct machine *machine, bool slow)
{
	if (!machine->step)
		return;
	atomic_store(&machine->step->slow, slow);
	atomic_fetch_add(&machine->step->nr, 1);
}

/* bound in their order; closed also where that failed */
static int bind_provider(struct machine *machine, unsigned int i)
{
	const struct stress_options *options = machine->options;

	step(machine, options->providers[i].cmb);
	if (i < machine->nr_providers)
		return provider_restore(&machine->providers[i]);
	return provider_open(&options->providers[i], options->take,
			     &machine->providers[machine->nr_providers++]);
}

static unsigned int lacks_of(const struct machine *machine, unsigned int needs,
			     unsigned int i)
{
	return needs & ~machine->common & ~machine->providers[i].has;
}

static void put_in_use(struct machine *machine, unsigned int i)
{
	struct world *world = &machine->world;

	machine->in_use = i;
	machine->has = machine->common | machine->providers[i].has;
	world->device = machine->providers[i].device;
	world->twin = machine->providers[i].twin;
	world->pf = machine->providers[i].pf;
	world->device.vfio = world->device.iommufd = -1;
	world->twin.vfio = world->twin.iommufd = -1;
	world->pf.vfio = world->pf.iommufd = -1;
}

/* what no provider can have here: to know that, none has to be bound */
static unsigned int never(const struct machine *machine)
{
	unsigned int never = (NEED_DISK | NEED_SLOW_DISK | NEED_HELD_DISK |
			      NEED_IMPORTER | NEED_FAIL_NTH) &
			     ~machine->common;

	return provider_may_leave_slot() ? never : never | NEED_SLOT;
}

int machine_use(struct machine *machine, unsigned int needs,
		unsigned int *lacks)
{
	unsigned int nr = machine->options->nr_providers;

	machine->has = machine->common;
	*lacks = needs & never(machine);
	if (*lacks)
		return 0;
	*lacks = needs & ~machine->common;
	for (unsigned int i = 0; i < nr; i++) {
		int ret = bind_provider(machine, i);
		unsigned int left = lacks_of(machine, needs, i);

		if (ret)
			return ret;
		if (i && __builtin_popcount(left) >= __builtin_popcount(*lacks))
			continue;
		put_in_use(machine, i);
		*lacks = left;
		if (!left)
			break;
	}
	return 0;
}

int machine_use_next(struct machine *machine, unsigned int needs)
{
	unsigned int nr = machine->options->nr_providers;

	for (unsigned int n = 1; n < nr; n++) {
		unsigned int i = (machine->in_use + n) % nr;
		int ret = bind_provider(machine, i);

		if (ret)
			return ret;
		if (lacks_of(machine, needs, i))
			continue;
		put_in_use(machine, i);
		break;
	}
	return 0;
}

int machine_use_named(struct machine *machine, unsigned int needs,
		      const char *bdf)
{
	unsigned int nr = machine->options->nr_providers;
	int ret = 0;

	for (unsigned int n = 0;
	     !ret && n < nr && strcmp(machine->world.device.bdf, bdf); n++)
		ret = machine_use_next(machine, needs);
	return ret;
}

int machine_close(struct machine *machine)
{
	int ret = brg_pci_restore(&machine->binding);

	for (unsigned int i = 0; i < machine->nr_providers; i++) {
		int err;

		step(machine, machine->providers[i].device.cmb);
		err = provider_close(&machine->providers[i]);

		if (!ret)
			ret = err;
	}
	return ret;
}
