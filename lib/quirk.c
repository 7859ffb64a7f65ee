// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "quirk"
#include <barrage/quirk.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#include <errno.h>
#include <linux/vfio.h>

/*
 * NVM Express base specification, "Controller Properties": the persistent
 * memory region takes no access until PMRCTL.EN is set, and a function level
 * reset clears that.
 */
#define NVME_CAP_HIGH 0x0004
#define NVME_CAP_HIGH_PMRS (1u << 24)
#define NVME_PMRCAP 0x0e00
#define NVME_PMRCAP_BIR(cap) (((cap) >> 5) & 0x7)
#define NVME_PMRCAP_TIME_UNIT(cap) (((cap) >> 8) & 0x3)
#define NVME_PMRCAP_TIMEOUT(cap) (((cap) >> 16) & 0xff)
#define NVME_PMRCTL 0x0e04
#define NVME_PMRCTL_ENABLE 1u
#define NVME_PMRSTS 0x0e08
#define NVME_PMRSTS_NOT_READY (1u << 8)

#define MS_TO_NS 1000000ull
#define LONGEST_MS 60000u

static int get32(const struct brg_vfio *vfio, uint64_t offset, uint32_t *value)
{
	return brg_vfio_read(vfio, VFIO_PCI_BAR0_REGION_INDEX, offset, value,
			     sizeof(*value));
}

static uint64_t pmr_timeout_ms(uint32_t cap)
{
	uint64_t unit_ms = NVME_PMRCAP_TIME_UNIT(cap) ? 60000 : 500;
	uint64_t ms = NVME_PMRCAP_TIMEOUT(cap) * unit_ms;

	if (ms < 1000)
		ms = 1000;
	return ms < LONGEST_MS ? ms : LONGEST_MS;
}

static int pmr_wait(const struct brg_vfio *vfio, uint32_t cap)
{
	uint64_t end = brg_clock_now_ns() + pmr_timeout_ms(cap) * MS_TO_NS;
	uint32_t status;
	int ret;

	for (;;) {
		ret = get32(vfio, NVME_PMRSTS, &status);
		if (ret || !(status & NVME_PMRSTS_NOT_READY))
			return ret;
		if (!brg_clock_left_ms(end))
			return brg_fail(-ETIMEDOUT,
					"%s: its persistent memory region does "
					"not become ready (PMRSTS %#x)",
					vfio->bdf, status);
		brg_clock_sleep_ns(MS_TO_NS);
	}
}

static int pmr_enable(const struct brg_vfio *vfio, unsigned int bar)
{
	uint32_t enable = NVME_PMRCTL_ENABLE;
	uint32_t cap_high, cap;
	int ret;

	ret = get32(vfio, NVME_CAP_HIGH, &cap_high);
	if (ret || !(cap_high & NVME_CAP_HIGH_PMRS))
		return ret;
	ret = get32(vfio, NVME_PMRCAP, &cap);
	if (ret || NVME_PMRCAP_BIR(cap) != bar)
		return ret;
	ret = brg_vfio_write(vfio, VFIO_PCI_BAR0_REGION_INDEX, NVME_PMRCTL,
			     &enable, sizeof(enable));
	if (ret)
		return ret;
	brg_debug("%s: BAR%u: persistent memory region enabled", vfio->bdf,
		  bar);
	return pmr_wait(vfio, cap);
}

int brg_quirk_prepare(const struct brg_vfio *vfio, const struct brg_pci *pci,
		      unsigned int bar)
{
	if (pci->class_code == BRG_PCI_CLASS_NVME)
		return pmr_enable(vfio, bar);
	return 0;
}
