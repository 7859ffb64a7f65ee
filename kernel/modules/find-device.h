/* SPDX-License-Identifier: GPL-2.0-only */
/* find-device - of a module's parameter that names one, as 0000:03:00.0 */
#ifndef BARRAGE_FIND_DEVICE_H
#define BARRAGE_FIND_DEVICE_H

#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/printk.h>

/**
 * find_device - the device of that address
 * @name: domain, bus, slot and function
 *
 * Return: the device, for pci_dev_put(); NULL, with a line in the log.
 */
static inline struct pci_dev *find_device(const char *name)
{
	unsigned int domain, bus, slot, function;
	struct pci_dev *pdev = NULL;
	char more;

	if (sscanf(name, "%x:%x:%x.%x%c", &domain, &bus, &slot, &function,
		   &more) == 4 &&
	    bus <= 0xff && slot <= 0x1f && function <= 7)
		pdev = pci_get_domain_bus_and_slot(domain, bus,
						   PCI_DEVFN(slot, function));
	if (!pdev)
		pr_err("device=%s: no such device; expected as 0000:03:00.0\n",
		       name);
	return pdev;
}

#endif
