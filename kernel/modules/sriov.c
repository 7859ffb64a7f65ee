// SPDX-License-Identifier: GPL-2.0-only
/*
 * barrage-sriov - a device with virtual functions (VFs) that have memory
 *
 * The VFs of devices that are emulated have BARs of registers, too small to be P2P
 * memory. This puts a physical function (PF) and two VFs beside a device that has
 * memory and no driver, which lends it to them:
 *
 *	insmod barrage-sriov.ko device=0000:08:00.0
 *	echo vfio-pci > /sys/bus/pci/devices/0000:08:00.1/driver_override
 *
 * and, to see what becomes of one that does not come back from a reset,
 *
 *	echo 1 > /sys/module/barrage_sriov/parameters/lost
 *
 * Their configuration space is software. They behave as others do with two exceptions:
 * none of them ever does DMA, and their memory goes on to respond where it must not,
 * after a reset of the PF for instance. What the kernel does before and after such a
 * reset can be seen, not what becomes of DMA that it lets through.
 *
 * It is there to stay: x86 reads configuration space without a lock, so that nobody
 * can tell when this code is no longer run.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "find-device.h"
#include "sriov.h"

#include <linux/module.h>
#include <linux/pci.h>

#define MEMORY_BAR 2
#define PF PCI_DEVFN(0, SRIOV_PF_FUNCTION)

static char *device = "";
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "who lends memory, 64 MiB in BAR 2, as 0000:08:00.0");

/* Set once, before anybody can come by */
static struct {
	struct pci_bus *bus;
	struct pci_ops ops;
	struct pci_ops *bus_ops;
} below;

static struct resource memory = {
	.name = "barrage-sriov",
	.flags = IORESOURCE_MEM | IORESOURCE_PREFETCH,
};

static bool is_ours(struct pci_bus *bus, unsigned int devfn)
{
	return bus == below.bus && devfn >= PF &&
	       devfn < PF + SRIOV_NR_FUNCTIONS;
}

static int bus_read(struct pci_bus *bus, unsigned int devfn, int where,
		    int size, u32 *val)
{
	if (!is_ours(bus, devfn))
		return below.bus_ops->read(bus, devfn, where, size, val);
	*val = sriov_registers_read(devfn - PF, where, size);
	return PCIBIOS_SUCCESSFUL;
}

static int bus_write(struct pci_bus *bus, unsigned int devfn, int where,
		     int size, u32 val)
{
	if (!is_ours(bus, devfn))
		return below.bus_ops->write(bus, devfn, where, size, val);
	sriov_registers_write(devfn - PF, where, size, val);
	return PCIBIOS_SUCCESSFUL;
}

static void __init join_bus(struct pci_bus *bus)
{
	below.bus = bus;
	below.bus_ops = bus->ops;
	below.ops = *bus->ops;
	below.ops.read = bus_read;
	below.ops.write = bus_write;
	smp_wmb(); /* all of it is there before anybody finds bus_read() */
	pci_bus_set_ops(bus, &below.ops);
}

/* as firmware does, which Linux then leaves as it is */
static void __init place_bars(void)
{
	u64 pf = memory.start, vfs = pf + SRIOV_PF_BYTES;

	sriov_registers_set_bar(PCI_BASE_ADDRESS_0, pf);
	sriov_registers_set_bar(PCI_CFG_SPACE_SIZE + PCI_SRIOV_BAR, vfs);
}

static int __init take_memory(struct pci_dev *pf)
{
	int ret = request_resource(&memory, pci_resource_n(pf, 0));

	if (!ret)
		ret = request_resource(&memory,
				       pci_resource_n(pf, PCI_IOV_RESOURCES));
	if (ret)
		pci_err(pf, "its BARs are not where they were put\n");
	return ret;
}

static int __init add_pf(void)
{
	struct pci_dev *pf;
	int ret = -ENODEV;

	pci_lock_rescan_remove();
	pf = pci_scan_single_device(below.bus, PF);
	if (pf)
		ret = take_memory(pf);
	if (!ret)
		pci_bus_add_device(pf);
	else if (pf)
		pci_stop_and_remove_bus_device(pf);
	pci_unlock_rescan_remove();
	return ret;
}

static int __init borrow(struct pci_dev *from)
{
	struct resource *bar = pci_resource_n(from, MEMORY_BAR);
	int ret;

	if (!(bar->flags & IORESOURCE_MEM) ||
	    resource_size(bar) < SRIOV_ALL_BYTES) {
		pci_err(from, "has no %d MiB of memory in BAR %d\n",
			SRIOV_ALL_BYTES / SZ_1M, MEMORY_BAR);
		return -ENOSPC;
	}
	ret = pci_enable_device_mem(from);
	if (ret)
		return ret;
	memory.start = bar->start;
	memory.end = bar->start + SRIOV_ALL_BYTES - 1;
	ret = request_resource(bar, &memory);
	if (ret) {
		pci_err(from, "its memory is in use\n");
		pci_disable_device(from);
	}
	return ret;
}

static bool __init has_room(struct pci_dev *from)
{
	struct pci_dev *other = NULL;

	for (int i = 0; i < SRIOV_NR_FUNCTIONS && !other; i++)
		other = pci_get_slot(from->bus, PF + i);
	pci_dev_put(other);
	return !PCI_FUNC(from->devfn) && !PCI_SLOT(from->devfn) && !other;
}

static int __init set_up(struct pci_dev *from)
{
	int ret;

	if (from->driver || !has_room(from)) {
		pci_err(from, "has a driver, or other functions beside it\n");
		return -EBUSY;
	}
	ret = borrow(from);
	if (ret)
		return ret;
	sriov_registers_init();
	place_bars();
	join_bus(from->bus);
	return add_pf();
}

static int __init sriov_init(void)
{
	struct pci_dev *from = find_device(device);
	int ret;

	if (!from)
		return -ENODEV;
	ret = set_up(from);
	/* what is done to the bus is there to stay: the module cannot go */
	if (ret && below.bus) {
		pci_err(from, "cannot put a PF beside it: error %d\n", ret);
		return 0;
	}
	if (ret)
		pci_dev_put(from);
	return ret;
}
module_init(sriov_init);

MODULE_DESCRIPTION("A device with virtual functions that have memory");
MODULE_LICENSE("GPL");
