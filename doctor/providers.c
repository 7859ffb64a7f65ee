// SPDX-License-Identifier: GPL-2.0-only
/* PCI devices with a BAR that is large enough to be memory for others. */
#include "doctor.h"

#include <stdio.h>
#include <string.h>

#include <barrage/p2p.h>

static void describe_bars(const struct brg_pci *pci, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (unsigned int i = 0; i < BRG_PCI_NR_BARS; i++) {
		const struct brg_pci_bar *bar = &pci->bars[i];

		if (!bar->memory || bar->size_bytes < BRG_P2P_ALIGN ||
		    used >= size)
			continue;
		used += (size_t)snprintf(
			text + used, size - used, "%sBAR%u %llu MiB",
			used ? ", " : "", i,
			(unsigned long long)bar->size_bytes >> 20);
	}
}

static int visit(const struct brg_pci *pci, void *arg)
{
	struct doctor *doctor = arg;
	char bars[256];

	describe_bars(pci, bars, sizeof(bars));
	if (!*bars)
		return 0;
	if (pci->iommu_group < 0)
		doctor_add(doctor, "provider", pci->bdf, DOCTOR_NO, "sysfs",
			   NULL, "[%04x:%04x] %s: in no IOMMU group",
			   pci->vendor, pci->device, bars);
	else
		doctor_add(doctor, "provider", pci->bdf, DOCTOR_OK, "sysfs",
			   NULL, "[%04x:%04x] %s, group %d, driver %s",
			   pci->vendor, pci->device, bars, pci->iommu_group,
			   *pci->driver ? pci->driver : "none");
	return 0;
}

void doctor_providers(struct doctor *doctor)
{
	unsigned int before = doctor->nr;

	brg_pci_walk(visit, doctor);
	if (doctor->nr == before)
		doctor_add(doctor, "provider", "none", DOCTOR_MISSING, "sysfs",
			   "put in a device with a memory BAR of 2 MiB or more",
			   "no PCI device has a memory BAR of 2 MiB or more");
}
