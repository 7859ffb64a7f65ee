/* SPDX-License-Identifier: GPL-2.0-only */
/* device - a PCI device, as races have it open */
#ifndef STRESS_DEVICE_H
#define STRESS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "promise.h"
#include "verdict.h"

/**
 * struct device - a PCI device on vfio-pci, or an NVMe that its own driver has
 * @bdf: its address
 * @twin: the one other that may be reset together with it; "" for none
 * @token: it is a function of SR-IOV whose PF is on vfio-pci: opened with device_token
 * @cmb: the latter: its memory is in p2pmem, and nothing of VFIO is there
 * @cmb_used: how much of that the driver has for itself, in bytes
 * @bar: number of the BAR under test
 * @bar_bytes: its size
 * @other_bar: another one that can be P2P memory; the same where there is none;
 *	set by device_open(), as are the next
 * @other_bar_bytes: the size of that; 0 where there is none
 * @vf: it is a virtual function, see device_is_vf()
 * @paths: bit of each enum power_path that it has
 * @pmr: its memory has to be enabled after a reset, see pmr.h
 * @forgets: a reset, or a close, empties its memory
 * @vfio: open device file; -1 for none
 * @iommufd: open; -1 for none
 * @ioas: address space that it is attached to
 * @off: the promise that its memory is off; NULL: nobody watches it
 * @rdma: RDMA device that takes dma-bufs of it, "" for none
 */
struct device {
	char bdf[16];
	char twin[16];
	bool token;
	bool cmb;
	uint64_t cmb_used;
	unsigned int bar;
	uint64_t bar_bytes;
	unsigned int other_bar;
	uint64_t other_bar_bytes;
	bool vf;
	unsigned int paths;
	bool pmr;
	bool forgets;
	int vfio;
	int iommufd;
	uint32_t ioas;
	struct promise *off;
	char rdma[64];
};

/**
 * device_at - where a byte is in the file of a device
 * @region: number of a BAR, or VFIO_PCI_CONFIG_REGION_INDEX
 * @offset: in there
 *
 * As vfio-pci has it, VFIO_PCI_INDEX_TO_OFFSET().
 */
static inline off_t device_at(unsigned int region, uint64_t offset)
{
	return (off_t)(((uint64_t)region << 40) + offset);
}

/*
 * The VF token of all races: who opens a PF first says which it is, and nobody opens a
 * VF without it from then on.
 */
#define DEVICE_TOKEN_BYTES 16 /* of a UUID */
extern const uint8_t device_token[DEVICE_TOKEN_BYTES];

/**
 * device_is_vf - is it a virtual function (VF)?
 *
 * Such a one has no BARs in its registers, and no COMMAND.MEM: both are its PF's. What is
 * written to the latter takes mappings away, and gives the memory back at once.
 */
bool device_is_vf(const char *bdf);

/** device_cannot - one line of what failed, with errno; returns -errno */
int device_cannot(char why[ENGINE_TEXT_BYTES], const char *what,
		  const char *who);

/**
 * device_node - open the file of a device on vfio-pci, and nothing more
 *
 * Returns it, or -1 with errno: ENODEV or ENOENT until the driver's probe has
 * registered the device, and again once it is removed
 * (vfio_device_fops_cdev_open()).
 */
int device_node(const char *bdf);

/** device_open - open a device on vfio-pci, attached to an address space */
int device_open(struct device *device, char why[ENGINE_TEXT_BYTES]);

/**
 * device_join - likewise, but in the address space of one that is open
 * @device: its iommufd and ioas are those of the other one, or its own of before
 *
 * Devices that are reset together have to be of one iommufd.
 */
int device_join(struct device *device, char why[ENGINE_TEXT_BYTES]);

/**
 * device_leave - close the file of the device in a race, for device_join()
 *
 * One thread may close and open it; others may device_enable() meanwhile.
 */
void device_leave(struct device *device);

/**
 * device_enable - enable memory that a reset has disabled, see pmr.h
 *
 * Nothing is done while the device is closed, since who opens it does so, nor where
 * it is off in another way as well, since who ends that does. Waits for seconds.
 *
 * Return: 0 or 1; -errno.
 */
int device_enable(const struct device *device);

/** device_close - harmless where it is not open */
void device_close(struct device *device);

#endif
