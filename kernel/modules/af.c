// SPDX-License-Identifier: GPL-2.0-only
/*
 * barrage-af - give a device the Advanced Features capability, with an FLR
 *
 * Nothing that is emulated has it (PCI Advanced Capabilities ECN for Conventional
 * PCI, 2006). The device has FLR in its PCIe capability, and free space at the end
 * of its configuration space, where whoever reads finds the other way to have it:
 *
 *	insmod barrage-af.ko device=0000:03:00.0
 *
 * It is there to stay: x86 reads configuration space without a lock, so that
 * nobody can tell when this code is no longer run.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "find-device.h"

#include <linux/module.h>
#include <linux/pci.h>

#define AT 0xf8
#define BYTES 8 /* the capability, and up to the next dword */
#define LONGEST PCI_CAP_EXP_ENDPOINT_SIZEOF_V2 /* whose length is fixed */
#define CAP (PCI_AF_CAP_TP | PCI_AF_CAP_FLR)
#define MAX_CAPS 48

static char *device = "";
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "the address of a device with FLR, as 0000:03:00.0");

static const u8 af[BYTES] = {
	[PCI_CAP_LIST_ID] = PCI_CAP_ID_AF,
	[PCI_AF_LENGTH] = PCI_CAP_AF_SIZEOF,
	[PCI_AF_CAP] = CAP,
};

/* Set once, before anybody can come by */
static struct {
	struct pci_dev *pdev;
	struct pci_ops ops;
	struct pci_ops *bus_ops;
	int next;	/* where the last capability says what follows */
	int devctl;
} gift;

static bool is_for_us(struct pci_bus *bus, unsigned int devfn)
{
	return bus == gift.pdev->bus && devfn == gift.pdev->devfn;
}

static bool overlaps(int where, int size, int at, int bytes)
{
	return where < at + bytes && at < where + size;
}

static int af_read(struct pci_bus *bus, unsigned int devfn, int where, int size,
		   u32 *val)
{
	int ret = gift.bus_ops->read(bus, devfn, where, size, val);

	if (ret || !is_for_us(bus, devfn))
		return ret;
	/* A device that does not answer does not have it either */
	if (*val == GENMASK(8 * size - 1, 0))
		return ret;
	for (int i = 0; i < size; i++) {
		int at = where + i;
		u8 byte;

		if (at == gift.next)
			byte = AT;
		else if (at >= AT && at < AT + BYTES)
			byte = af[at - AT];
		else
			continue;
		*val &= ~(0xffu << (8 * i));
		*val |= (u32)byte << (8 * i);
	}
	return ret;
}

static int start_flr(struct pci_bus *bus, unsigned int devfn)
{
	u32 devctl;
	int ret = gift.bus_ops->read(bus, devfn, gift.devctl, 2, &devctl);

	if (ret)
		return ret;
	return gift.bus_ops->write(bus, devfn, gift.devctl, 2,
				   devctl | PCI_EXP_DEVCTL_BCR_FLR);
}

static int af_write(struct pci_bus *bus, unsigned int devfn, int where,
		    int size, u32 val)
{
	int ctrl = AT + PCI_AF_CTRL;

	if (!is_for_us(bus, devfn) || !overlaps(where, size, AT, BYTES))
		return gift.bus_ops->write(bus, devfn, where, size, val);
	if (!overlaps(where, size, ctrl, 1) ||
	    !(val >> (8 * (ctrl - where)) & PCI_AF_CTRL_FLR))
		return PCIBIOS_SUCCESSFUL;
	return start_flr(bus, devfn);
}

/* Nothing that could be of another capability; those of a vendor have any length */
static bool __init has_room(struct pci_dev *pdev, int last)
{
	u32 low = 0, high = 0;

	pci_read_config_dword(pdev, AT, &low);
	pci_read_config_dword(pdev, AT + 4, &high);
	return last + LONGEST <= AT && !low && !high;
}

/* They need not be in the order of their places */
static int __init find_last(struct pci_dev *pdev)
{
	int limit = MAX_CAPS, highest = 0, last = 0;
	u8 next;

	pci_read_config_byte(pdev, PCI_CAPABILITY_LIST, &next);
	while ((next &= ~3) && limit--) {
		last = next;
		highest = max(highest, last);
		pci_read_config_byte(pdev, last + PCI_CAP_LIST_NEXT, &next);
	}
	if (limit < 0 || !has_room(pdev, highest))
		return -ENOSPC;
	return last;
}

static int __init give(struct pci_dev *pdev)
{
	u32 devcap = 0;
	int last;

	pcie_capability_read_dword(pdev, PCI_EXP_DEVCAP, &devcap);
	if (!(devcap & PCI_EXP_DEVCAP_FLR) ||
	    pci_find_capability(pdev, PCI_CAP_ID_AF)) {
		pci_err(pdev, "has no FLR in its PCIe capability, or has AF\n");
		return -EOPNOTSUPP;
	}
	last = find_last(pdev);
	if (last < 0) {
		pci_err(pdev, "has something at 0x%x, or no end of its list\n",
			AT);
		return last;
	}
	gift.pdev = pdev;
	gift.next = last + PCI_CAP_LIST_NEXT;
	gift.devctl = pdev->pcie_cap + PCI_EXP_DEVCTL;
	gift.bus_ops = pdev->bus->ops;
	gift.ops = *gift.bus_ops;
	gift.ops.read = af_read;
	gift.ops.write = af_write;
	smp_wmb(); /* all of it is there before anybody finds af_read() */
	pci_bus_set_ops(pdev->bus, &gift.ops);
	pci_info(pdev, "has an AF capability at 0x%x now\n", AT);
	return 0;
}

static int __init af_init(void)
{
	struct pci_dev *pdev = find_device(device);
	int ret;

	if (!pdev)
		return -ENODEV;
	ret = give(pdev);
	if (ret)
		pci_dev_put(pdev);
	return ret;
}
module_init(af_init);

MODULE_DESCRIPTION("Give a device the Advanced Features capability");
MODULE_LICENSE("GPL");
