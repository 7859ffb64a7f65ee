/* SPDX-License-Identifier: GPL-2.0-only */
/* provider - a device whose BAR can be attacked, and what it can do */
#ifndef STRESS_PROVIDER_H
#define STRESS_PROVIDER_H

#include <barrage/pci.h>

#include "options.h"
#include "stress.h"

#define PROVIDER_NR_CLEANUPS 3

/**
 * struct provider_vfs - what was done to a physical function (PF) for its VFs
 * @pf: its address; "" for none
 * @nr: how many VFs it has
 * @made: they are ours
 * @nr_of_driver: how many it had with the driver from which it was taken
 * @enable: vfio-pci's parameter as it was; "" where it was not changed
 * @cleanup: what undoes that, should all end
 */
struct provider_vfs {
	char pf[BRG_PCI_BDF_BYTES];
	uint64_t nr;
	bool made;
	uint64_t nr_of_driver;
	char enable[8];
	uint64_t cleanup[PROVIDER_NR_CLEANUPS];
};

/**
 * struct provider - one device, bound, not open
 * @device: it
 * @twin: what is reset together with it; no address for none
 * @pf: the PF of a VF; no address for none
 * @vfs: of that
 * @has: NEED_* that are its own
 * @bindings: of the device, and of its twin or its PF
 * @cleanup: what brings back an NVMe that a race has cut off, should all end
 */
struct provider {
	struct device device;
	struct device twin;
	struct device pf;
	struct provider_vfs vfs;
	unsigned int has;
	struct brg_pci_binding bindings[2];
	uint64_t cleanup;
};

/**
 * provider_open - bind a device, and its twin, and find out what they can do
 * @named: which
 * @take: they may be taken from the drivers that have them
 * @provider: receives it; to be closed also after a failure
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int provider_open(const struct stress_provider *named, bool take,
		  struct provider *provider);

/**
 * provider_open_cmb - likewise, of an NVMe that keeps its driver, or gets it back
 *
 * One whose disks somebody could miss is refused.
 */
int provider_open_cmb(const struct stress_provider *named, bool take,
		      struct provider *provider);

/**
 * provider_check_vf - is the device a VF of the PF that is named, or can it be one?
 * @named: both
 * @take: VFs of the PF may be taken from drivers that have them
 *
 * And are all VFs of that PF free, which go with it?
 *
 * Return: 0; -EINVAL, it cannot; -EBUSY, somebody has one of them: with
 * brg_last_error() set.
 */
int provider_check_vf(const struct stress_provider *named, bool take);

/**
 * provider_open_pf - bind the PF of a VF, and make the VF where it is not there
 *
 * The PF's own driver loses it, and all VFs of it go; provider_close_pf() brings back
 * as many. From now on it takes the token of the races to open either.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int provider_open_pf(const struct stress_provider *named, bool take,
		     struct provider *provider);

/** provider_restore_vfs - bring back VFs that a race has left away; 0 or -errno */
int provider_restore_vfs(const struct provider *provider);

/**
 * provider_close_pf - give the PF back; harmless without one
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int provider_close_pf(struct provider *provider);

/**
 * provider_may_leave_slot - can any device be pulled from its slot?
 *
 * Not where lockdep looks: Linux 7.3 has a cycle of locks between slots and drivers,
 * whatever these do.
 */
bool provider_may_leave_slot(void);

/**
 * provider_restore - bring it back where a race was cut off
 *
 * Which may have left it without its driver, off the bus, or out of its slot.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int provider_restore(struct provider *provider);

/**
 * provider_close - give the devices back
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int provider_close(struct provider *provider);

/**
 * machine_bind - bind a device that has no driver, or may be taken from it
 * @bdf: which
 * @driver: to which
 * @take: another driver may have it
 * @binding: receives how to give it back
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int machine_bind(const char *bdf, const char *driver, bool take,
		 struct brg_pci_binding *binding);

#endif
