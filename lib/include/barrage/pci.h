/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * pci - PCI devices as sysfs shows them, and which driver holds them
 */
#ifndef BARRAGE_PCI_H
#define BARRAGE_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BRG_PCI_BDF_BYTES 16
#define BRG_PCI_NR_BARS 6
#define BRG_PCI_NAME_BYTES 64

#define BRG_PCI_CLASS_NVME 0x010802
#define BRG_PCI_COMMAND 0x04
#define BRG_PCI_COMMAND_MEMORY 0x2

/**
 * struct brg_pci_bar - one base address register
 * @start: CPU physical address; 0 where the BAR is not there or has none
 * @size_bytes: 0 where the BAR is not there
 * @memory: it is memory, not I/O ports
 * @is_64bit: it takes the next register as well
 */
struct brg_pci_bar {
	uint64_t start;
	uint64_t size_bytes;
	bool memory;
	bool prefetchable;
	bool is_64bit;
};

/**
 * struct brg_pci - a device at one moment
 * @bdf: in full, "0000:01:00.0"
 * @class_code: 24 bits: base class, sub-class, interface
 * @driver: "" where none holds it
 * @driver_override: "" where none is set
 * @iommu_group: -1 where it is in none
 */
struct brg_pci {
	char bdf[BRG_PCI_BDF_BYTES];
	uint16_t vendor;
	uint16_t device;
	uint32_t class_code;
	struct brg_pci_bar bars[BRG_PCI_NR_BARS];
	char driver[BRG_PCI_NAME_BYTES];
	char driver_override[BRG_PCI_NAME_BYTES];
	int iommu_group;
};

/**
 * brg_pci_parse_bdf - check an address and write it in full
 * @text: "0000:01:00.0", or "01:00.0" in domain 0; hexadecimal
 * @bdf: receives the full form, lower case
 *
 * Return: 0; -EINVAL with what is expected in brg_last_error().
 */
int brg_pci_parse_bdf(const char *text, char bdf[BRG_PCI_BDF_BYTES]);

/**
 * brg_pci_read - look at a device
 * @bdf: any form that brg_pci_parse_bdf() takes
 * @pci: receives what there is
 *
 * Return: 0; -EINVAL (not an address); -ENODEV where there is no such device,
 * with the devices that could be providers in brg_last_error(); -errno.
 */
int brg_pci_read(const char *bdf, struct brg_pci *pci);

/**
 * brg_pci_walk - look at every device, in the order of their addresses
 * @visit: a return value other than 0 ends the walk
 * @arg: for @visit
 *
 * Return: 0, what @visit returned, or -errno.
 */
int brg_pci_walk(int (*visit)(const struct brg_pci *pci, void *arg), void *arg);

/**
 * brg_pci_check_bar - is this BAR there, and is it memory?
 * @pci: device
 * @bar: number
 *
 * Return: 0; -EINVAL where there is no such BAR or it is I/O ports, with the
 * device's memory BARs in brg_last_error().
 */
int brg_pci_check_bar(const struct brg_pci *pci, unsigned int bar);

/**
 * brg_pci_list_bars - "BAR0 16 KiB, BAR4 64 MiB", for messages
 * @pci: device
 * @text: receives it, cut to fit; "none"
 * @size: of @text
 */
void brg_pci_list_bars(const struct brg_pci *pci, char *text, size_t size);

/**
 * brg_pci_check_group - may user space have this device?
 * @pci: device
 *
 * All devices of an IOMMU group change hands together. Refused is a group in
 * which another device is held by a driver other than vfio-pci and pci-stub;
 * ports of bridges do not count.
 *
 * Return: 0; -EOPNOTSUPP where it is in no group; -EBUSY where another driver
 * holds a neighbour; -errno. brg_last_error() names it.
 */
int brg_pci_check_group(const struct brg_pci *pci);

/**
 * struct brg_pci_binding - how to give a device back
 *
 * Treat it as opaque. Zeroed, it gives nothing back.
 */
struct brg_pci_binding {
	char bdf[BRG_PCI_BDF_BYTES];
	char driver[BRG_PCI_NAME_BYTES];
	char driver_override[BRG_PCI_NAME_BYTES];
	char bound[BRG_PCI_NAME_BYTES];
	uint64_t cleanup;
};

/**
 * brg_pci_bind - give a device to a driver, and remember who had it
 * @bdf: device; unbound from its driver first, where it has another: call this
 *	only where the user asked for that by name
 * @driver: "vfio-pci", "nvme"; loaded where it is not there
 * @binding: receives what brg_pci_restore() needs; untouched on failure
 *
 * Where @driver has the device already nothing is done, nor undone later. If
 * binding fails midway, what was done is undone. If this process dies the
 * device is given back all the same (see cleanup.h). Blocks while the old
 * driver lets go.
 *
 * Return: 0; -EINVAL, -ENODEV, -EBUSY, -EOPNOTSUPP (no such driver), -EACCES,
 * -errno, with brg_last_error() set.
 */
int brg_pci_bind(const char *bdf, const char *driver,
		 struct brg_pci_binding *binding);

/**
 * brg_pci_restore - give a device back
 * @binding: from brg_pci_bind(); zeroed afterwards, so twice is harmless
 *
 * Blocks until the device's VFIO file is closed: close it first.
 *
 * Return: 0; -errno of the step that failed, with brg_last_error() set; the
 * other steps are done all the same.
 */
int brg_pci_restore(struct brg_pci_binding *binding);

#endif
