// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include <barrage/kmsg-line.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What the 7.3 sources print first when something is wrong. Each is long
 * enough not to turn up in a healthy log.
 */
static const char *const splats[] = {
	"WARNING: ", /* WARN(), lockdep's heads, ubsan's cousins */
	"BUG: ", /* KASAN, KCSAN, KFENCE, sleeping while atomic, soft lockup */
	"kernel BUG at ",
	"Oops: ",
	"Oops[#",
	"Kernel panic",
	"general protection fault",
	"UBSAN: ",
	"KASAN: ",
	"INFO: task ",
	"INFO: trying to register non-static key",
	"possible recursive locking detected",
	"possible circular locking dependency",
	"possible irq lock inversion",
	"inconsistent lock state",
	"suspicious RCU usage",
	"suspicious rcu_dereference_check",
	"DEBUG_LOCKS_WARN_ON",
	"bad unlock balance",
	"Invalid wait context",
	"detected stalls on CPUs/tasks",
	"self-detected stall on CPU",
	"detected expedited stalls",
	"hard LOCKUP",
	"refcount_t: ",
	"list_add corruption",
	"list_del corruption",
	"Bad page state",
	"Bad page map",
	"Bad rss-counter",
	"ODEBUG: ",
	"DMA-API: ",
	"new suspected memory leaks",
	"unreferenced object 0x",
	"unregister_netdevice: waiting for",
};

/* DMA that the IOMMU stops; the limiters say that some are not told */
static const char *const faults[] = {
	BRG_KMSG_FAULT_HEAD,
	BRG_KMSG_FAULT_TEXT,
	"dmar_fault: ",
	/* of AMD; the device comes first where the driver knows it */
	"Event logged [IO_PAGE_FAULT",
	"Event logged [INVALID_DEVICE_REQUEST",
	"Event logged [DEV_TAB_HARDWARE_ERROR",
	"amd_iommu_report_page_fault: ",
	/* of Arm: SMMUv3, and those before */
	"event: F_",
	"event: C_BAD_",
	"Unhandled context fault: ",
};

static bool has_any(const char *line, const char *const *heads, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (strstr(line, heads[i]))
			return true;
	return false;
}

bool brg_kmsg_is_fault(const char *line)
{
	return has_any(line, faults, sizeof(faults) / sizeof(faults[0]));
}

/* older kernels leave out the domain */
static bool read_bdf(const char *text, char bdf[BRG_KMSG_BDF_BYTES])
{
	unsigned int domain, bus, device, function;

	if (sscanf(text, "%8x:%2x:%2x.%1x", &domain, &bus, &device,
		   &function) != 4) {
		domain = 0;
		if (sscanf(text, "%2x:%2x.%1x", &bus, &device, &function) != 3)
			return false;
	}
	snprintf(bdf, BRG_KMSG_BDF_BYTES, "%04x:%02x:%02x.%x", domain & 0xfffff,
		 bus, device, function);
	return true;
}

/*
 * "vfio-pci 0000:41:00.0: AMD-Vi: Event logged [...": who logs is who did it, unless the
 * event has a device= of its own, where the IOMMU logs itself.
 */
static bool read_logger(const char *line, const char *event,
			char bdf[BRG_KMSG_BDF_BYTES])
{
	const char *end = strstr(line, ": AMD-Vi: "), *from;

	if (!end || end > event)
		return false;
	for (from = end; from > line && from[-1] != ' '; from--)
		;
	return read_bdf(from, bdf);
}

bool brg_kmsg_fault_device(const char *line, char bdf[BRG_KMSG_BDF_BYTES])
{
	static const char intel[] = " Request device [",
			  amd[] = " device=", arm[] = " client: ";
	const char *at;

	if (!brg_kmsg_is_fault(line))
		return false;
	at = strstr(line, intel);
	if (at)
		return read_bdf(at + strlen(intel), bdf);
	at = strstr(line, arm);
	if (at)
		return read_bdf(at + strlen(arm), bdf);
	at = strstr(line, "Event logged [");
	if (!at)
		return false;
	return strstr(at, amd) ? read_bdf(strstr(at, amd) + strlen(amd), bdf) :
				 read_logger(line, at, bdf);
}

bool brg_kmsg_is_splat(const char *line)
{
	return has_any(line, splats, sizeof(splats) / sizeof(splats[0])) ||
	       brg_kmsg_is_fault(line);
}

/* What user space writes never has the kernel's facility: see devkmsg_write(). */
bool brg_kmsg_is_kernels(const char *record)
{
	return strtoul(record, NULL, 10) >> 3 == 0;
}
