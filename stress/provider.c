// SPDX-License-Identifier: GPL-2.0-only
#include "provider.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <barrage/cleanup.h>
#include <barrage/dmabuf.h>
#include <barrage/log.h>
#include <barrage/p2p.h>
#include <barrage/vfio.h>

#include "engine/cmb.h"
#include "engine/hotplug.h"
#include "engine/rdma.h"
#include "engine/text-file.h"

#define TRIAL_BYTES (2ull << 20)

/* A device without a driver may be had; others only where the user says so. */
int machine_bind(const char *bdf, const char *driver, bool take,
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

/* what exporting a piece of the BAR, mapping and revoking that, says */
static unsigned int try_dmabuf(const struct brg_vfio *vfio, unsigned int bar,
			       char rdma[RDMA_NAME_BYTES])
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
	if (!rdma_find(fd, TRIAL_BYTES, rdma))
		has |= NEED_RDMA;
	if (!brg_dmabuf_revoke(vfio, fd))
		has |= NEED_REVOKE;
	close(fd);
	if (brg_dmabuf_export_ranges(vfio, bar, &range, 1, BRG_DMABUF_PAGES,
				     &fd))
		return has;
	close(fd);
	return has | NEED_DMABUF_PAGES;
}

static unsigned int needs_of(const struct device *device)
{
	static const struct {
		enum power_path path;
		unsigned int need;
	} paths[] = {
		{ POWER_RESET, NEED_RESET },	   { POWER_FLR, NEED_FLR },
		{ POWER_AF_FLR, NEED_AF_FLR },	   { POWER_D3HOT, NEED_PM },
		{ POWER_SYSFS, NEED_SYSFS_RESET },
	};
	unsigned int has = 0;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (device->paths & 1u << paths[i].path)
			has |= paths[i].need;
	if (device->other_bar != device->bar)
		has |= NEED_TWO_BARS;
	if (device->bar_bytes >= 8ull << 20)
		has |= NEED_8_MIB;
	return has;
}

#define MARK 0xb1d0c0de5ca1ab1eull

/* at the end of the BAR, of a device that is open */
static bool look_at_mark(const struct device *device, bool write, int *ret)
{
	uint64_t mark = write ? MARK : 0;
	off_t at = device_at(device->bar, device->bar_bytes - sizeof(mark));
	ssize_t done = write ? pwrite(device->vfio, &mark, sizeof(mark), at) :
			       pread(device->vfio, &mark, sizeof(mark), at);

	*ret = engine_transferred(done, sizeof(mark));
	return mark == MARK;
}

/* One that cannot be done now is no worse than one that the device does not have. */
static bool is_emptied_by(struct device *device, enum power_path path, int *ret)
{
	int err = 0;

	look_at_mark(device, true, ret);
	if (*ret || power_do(device, path))
		return false;
	return power_end(device, path) || !look_at_mark(device, false, &err);
}

/* To open and to close its PF are resets of that, which are of the VF as well. */
static bool is_emptied_by_pf(struct device *device, struct device *pf, int *ret)
{
	char why[ENGINE_TEXT_BYTES];
	int err = 0;

	look_at_mark(device, true, ret);
	if (*ret || device_open(pf, why))
		return false;
	power_do(pf, POWER_RESET);
	device_close(pf);
	return !look_at_mark(device, false, &err);
}

/*
 * A close and an open are two resets of the function at least, and it is asleep in
 * between. A bus may do otherwise, and so may AF FLR, where there are both. The bus is
 * reset by the bridge where that can be: it is the same to the memory, and hot resets are
 * what races are about. Where one of them empties the memory, nobody can tell what it has
 * done to data.
 */
static int try_memory(struct device *device, struct device *pf, bool *forgets)
{
	static const enum power_path paths[] = { POWER_AF_FLR, POWER_D3HOT };
	enum power_path bus = device->paths & 1u << POWER_BRIDGE ?
				      POWER_BRIDGE :
				      POWER_HOT_RESET;
	char why[ENGINE_TEXT_BYTES];
	const char *by = NULL;
	int ret = 0;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths) && !ret && !by;
	     i++)
		if (device->paths & 1u << paths[i] &&
		    is_emptied_by(device, paths[i], &ret))
			by = power_name(paths[i]);
	if (!ret && !by && device->paths & 1u << bus &&
	    is_emptied_by(device, bus, &ret))
		by = power_name(bus);
	if (!ret && !by && *pf->bdf && is_emptied_by_pf(device, pf, &ret))
		by = "a reset of its PF";
	if (!ret)
		look_at_mark(device, true, &ret);
	device_close(device);
	if (ret)
		return brg_fail(ret, "%s: BAR %u cannot be written: %s",
				device->bdf, device->bar, strerror(-ret));
	ret = device_open(device, why);
	if (ret)
		return brg_fail(ret, "%s", why);
	if (!look_at_mark(device, false, &ret) && !by)
		by = "a close";
	if (ret)
		return brg_fail(ret, "%s: BAR %u cannot be read: %s",
				device->bdf, device->bar, strerror(-ret));
	*forgets = by;
	if (by)
		brg_warn(
			"%s: %s empties its memory: data are compared only where no reset has begun",
			device->bdf, by);
	return 0;
}

bool provider_may_leave_slot(void)
{
	return access("/proc/lockdep", F_OK);
}

static void try_slot(struct provider *provider)
{
	const char *bdf = provider->device.bdf;

	if (!hotplug_has(bdf))
		return;
	if (provider_may_leave_slot())
		provider->has |= NEED_SLOT;
	else
		brg_warn(
			"%s: it stays in its slot: lockdep would complain of Linux itself",
			bdf);
}

static int try_device(struct provider *provider)
{
	struct device device = provider->device;
	char why[ENGINE_TEXT_BYTES];
	struct brg_vfio vfio;
	int ret = brg_vfio_open_with_token(
		device.bdf, device.token ? device_token : NULL, &vfio);

	if (ret)
		return ret;
	provider->has |= NEED_PROVIDER | NEED_VFIO |
			 try_dmabuf(&vfio, device.bar, provider->device.rdma);
	if (!brg_p2p_probe(&vfio))
		provider->has |= NEED_P2P;
	brg_vfio_close(&vfio);
	ret = device_open(&device, why);
	if (ret)
		return brg_fail(ret, "%s", why);
	provider->has |= needs_of(&device);
	ret = try_memory(&device, &provider->pf, &provider->device.forgets);
	device_close(&device);
	if (!ret)
		try_slot(provider);
	return ret;
}

static int open_twin(const struct stress_provider *named, bool take,
		     struct provider *provider)
{
	int ret = machine_bind(named->twin, "vfio-pci", take,
			       &provider->bindings[1]);

	if (ret)
		return ret;
	strcpy(provider->twin.bdf, named->twin);
	strcpy(provider->twin.twin, provider->device.bdf);
	strcpy(provider->device.twin, named->twin);
	provider->twin.bar = named->bar;
	provider->has |= NEED_TWIN;
	return 0;
}

int provider_open(const struct stress_provider *named, bool take,
		  struct provider *provider)
{
	struct brg_pci pci;
	int ret;

	*provider = (struct provider){};
	if (named->cmb)
		return provider_open_cmb(named, take, provider);
	/* without it there may be no such device */
	ret = *named->pf ? provider_open_pf(named, take, provider) : 0;
	if (!ret)
		ret = brg_pci_read(named->bdf, &pci);
	if (!ret)
		ret = brg_pci_check_bar(&pci, named->bar);
	if (!ret)
		ret = machine_bind(named->bdf, "vfio-pci", take,
				   &provider->bindings[0]);
	if (ret)
		return ret;
	strcpy(provider->device.bdf, pci.bdf);
	provider->device.bar = named->bar;
	/* it may be reset together with the other one from now on */
	if (*named->twin)
		ret = open_twin(named, take, provider);
	return ret ? ret : try_device(provider);
}

static bool has_file(const char *bdf, const char *file)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s%s", bdf, file);
	return !access(path, F_OK);
}

static int bring_back(const struct provider *provider)
{
	const struct device *device = &provider->device;

	if (device->cmb) {
		cmb_restore(device->bdf);
		return has_file(device->bdf, "/driver") ? 0 : -ENODEV;
	}
	if (has_file(device->bdf, "/driver"))
		return 0;
	if (has_file(device->bdf, ""))
		return text_file_write("/sys/bus/pci/drivers/vfio-pci/bind",
				       device->bdf);
	return *provider->vfs.pf ? provider_restore_vfs(provider) :
				   hotplug_in(device->bdf);
}

int provider_restore(struct provider *provider)
{
	const struct device *device = &provider->device;
	int ret = *device->bdf ? bring_back(provider) : 0;

	return ret ? brg_fail(ret, "%s: it does not come back after a race: %s",
			      device->bdf, strerror(-ret)) :
		     0;
}

int provider_close(struct provider *provider)
{
	int back = provider_restore(provider);
	int ret = brg_pci_restore(&provider->bindings[0]);
	int err = *provider->vfs.pf ? provider_close_pf(provider) :
				      brg_pci_restore(&provider->bindings[1]);

	if (!back)
		brg_cleanup_drop(provider->cleanup);
	return back ? back : ret ? ret : err;
}
