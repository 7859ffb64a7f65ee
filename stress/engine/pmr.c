// SPDX-License-Identifier: GPL-2.0-only
/* NVM Express Base Specification 2.0, 3.1.4: controller properties */
#include "pmr.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <unistd.h>

#define CLASS_NVME 0x010802
#define CAP_HIGH 0x0004
#define CAP_HIGH_PMRS (1u << 24)
#define PMRCAP 0x0e00
#define PMRCAP_BIR(cap) ((cap) >> 5 & 7)
#define PMRCTL 0x0e04
#define PMRSTS 0x0e08
#define PMRSTS_NRDY (1u << 8)

static int read32(const struct device *device, unsigned int region,
		  unsigned int offset, uint32_t *value)
{
	return engine_transferred(
		pread(device->vfio, value, 4, device_at(region, offset)), 4);
}

static int write32(const struct device *device, unsigned int offset,
		   uint32_t value)
{
	return engine_transferred(pwrite(device->vfio, &value, 4, offset), 4);
}

/* is the BAR under test such memory? */
static int has_pmr(const struct device *device)
{
	uint32_t class, cap, pmrcap;
	int ret = read32(device, VFIO_PCI_CONFIG_REGION_INDEX,
			 PCI_CLASS_REVISION, &class);

	if (ret || class >> 8 != CLASS_NVME)
		return ret;
	ret = read32(device, 0, CAP_HIGH, &cap);
	if (!ret && cap & CAP_HIGH_PMRS)
		ret = read32(device, 0, PMRCAP, &pmrcap);
	else
		return ret;
	return ret ? ret : PMRCAP_BIR(pmrcap) == device->bar;
}

int pmr_is_ready(const struct device *device)
{
	uint32_t status;
	int ret = read32(device, 0, PMRSTS, &status);

	if (ret)
		return ret;
	return status & PMRSTS_NRDY ? -EAGAIN : 1;
}

int pmr_start(const struct device *device)
{
	int ret = has_pmr(device);

	if (ret <= 0)
		return ret;
	ret = write32(device, PMRCTL, 1);
	return ret ? ret : pmr_is_ready(device);
}
