// SPDX-License-Identifier: GPL-2.0-only
#include "reset.h"

#include <barrage/clock.h>

/*
 * Interrupt masks, which mean nothing to a device that has no interrupts on:
 * ivshmem's (QEMU's docs/specs/ivshmem-spec.txt), and NVMe's INTMS. An NVMe
 * controller's BAR is memory only once PMRCTL.EN is set, and a reset may undo
 * that.
 */
#define IVSHMEM_DEVICE_ID 0x1110
#define IVSHMEM_INTERRUPT_MASK 0x0
#define NVME_INTMS 0x0c
#define NVME_PMRCTL 0xe04
#define NVME_PMRSTS 0xe08
#define NVME_PMRSTS_NOT_READY (1u << 8)
#define PATIENCE_NS 30000000000ull

static bool is_ivshmem(const struct guest *guest)
{
	struct brg_pci pci;

	assert_good(brg_pci_read(guest->bdf, &pci));
	return pci.device == IVSHMEM_DEVICE_ID;
}

static uint32_t get(const struct guest *guest, uint64_t offset)
{
	uint32_t value;

	assert_good(brg_vfio_read(&guest->vfio, VFIO_PCI_BAR0_REGION_INDEX,
				  offset, &value, sizeof(value)));
	return value;
}

static void set(const struct guest *guest, uint64_t offset, uint32_t value)
{
	assert_good(brg_vfio_write(&guest->vfio, VFIO_PCI_BAR0_REGION_INDEX,
				   offset, &value, sizeof(value)));
}

void reset_marker_set(const struct guest *guest)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	if (is_ivshmem(guest)) {
		set(guest, IVSHMEM_INTERRUPT_MASK, 1);
		return;
	}
	set(guest, NVME_INTMS, 1);
	set(guest, NVME_PMRCTL, 1);
	while (get(guest, NVME_PMRSTS) & NVME_PMRSTS_NOT_READY)
		if (!brg_clock_left_ms(end))
			fail_msg("%s: PMR does not become ready", guest->bdf);
}

bool reset_marker_is_set(const struct guest *guest)
{
	uint32_t value = get(guest, is_ivshmem(guest) ? IVSHMEM_INTERRUPT_MASK :
							NVME_INTMS);

	/* all ones is no answer */
	assert_true(value <= 1);
	return value;
}
