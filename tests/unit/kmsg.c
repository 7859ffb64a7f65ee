// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <barrage/kmsg.h>

static void trouble_is_recognised(void **state)
{
	static const char *const bad[] = {
		"WARNING: CPU: 0 PID: 1 at mm/memremap.c:158 memremap_pages+0x1",
		"WARNING: mm/memremap.c:158 at memremap_pages+0x1/0x2, CPU#0",
		"WARNING: possible circular locking dependency detected",
		"WARNING: suspicious RCU usage",
		"BUG: KASAN: slab-use-after-free in p2pmem_alloc_mmap+0x1",
		"BUG: kernel NULL pointer dereference, address: 0000000000000010",
		"BUG: sleeping function called from invalid context at mm/x.c:1",
		"watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [fio:1]",
		"kernel BUG at lib/genalloc.c:240!",
		"Oops: Oops: 0000 [#1] SMP KASAN PTI",
		"Oops: general protection fault, probably for non-canonical",
		"UBSAN: array-index-out-of-bounds in drivers/vfio/pci/x.c:1:2",
		"INFO: task fio:123 blocked for more than 120 seconds.",
		"rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
		"rcu: INFO: rcu_sched self-detected stall on CPU",
		"refcount_t: underflow; use-after-free.",
		"list_del corruption. prev->next should be ffff888, but was",
		"kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug)",
		"DMA-API: pci 0000:01:00.0: device driver frees DMA memory",
		"DMAR: DRHD: handling fault status reg 2",
		"DMAR: [DMA Write NO_PASID] Request device [0000:05:00.0] fault",
		"dmar_fault: 3 callbacks suppressed",
		"Kernel panic - not syncing: Fatal exception",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!brg_kmsg_is_splat(bad[i]))
			fail_msg("\"%s\" was let through", bad[i]);
}

static void an_everyday_log_is_not(void **state)
{
	static const char *const fine[] = {
		"",
		"Linux version 7.3.4 (root@host) (gcc 12.2.0)",
		"pci 0000:01:00.0: added peer-to-peer DMA memory 0x38-0x39",
		"vfio-pci 0000:01:00.0: No device request channel registered",
		"nvme nvme0: 2/0/0 default/read/poll queues",
		"debug: unmapping init [mem 0xffff-0xffff]",
		"kmemleak: Kernel memory leak detector initialized",
		"DMAR: IOMMU enabled",
		"rcu: Preemptible hierarchical RCU implementation.",
		"Lock dependency validator: Copyright (c) 2006 Red Hat, Inc.",
		"barrage: mark: p2p-register",
		"kasan: KernelAddressSanitizer initialized (generic)",
	};
	size_t i;

	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		if (brg_kmsg_is_splat(fine[i]))
			fail_msg("\"%s\" was taken for trouble", fine[i]);
}

/* The wording of iommu/amd/iommu.c, arm-smmu-v3.c and arm-smmu.c in 7.3 */
static void faults_of_other_iommus_are_trouble(void **state)
{
	static const char *const lines[] = {
		"DMAR: DRHD: handling fault status reg 2",
		"dmar_fault: 3 callbacks suppressed",
		"nvme 0000:05:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT "
		"domain=0x000d address=0x10001000 flags=0x0020]",
		"AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:05:00.0 "
		"domain=0x000d address=0x10001000 flags=0x0020]",
		"amd_iommu_report_page_fault: 12 callbacks suppressed",
		"arm-smmu-v3 2b400000.iommu: event: F_TRANSLATION client: "
		"0000:05:00.0 sid: 0x500 ssid: 0x0 iova: 0x10001000 ipa: 0x0",
		"arm-smmu 2b500000.iommu: Unhandled context fault: "
		"fsr=0x402, iova=0x10001000, fsynr=0x11, cbfrsynra=0x500, cb=1",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_true(brg_kmsg_is_fault(lines[i]));
		assert_true(brg_kmsg_is_splat(lines[i]));
	}
	assert_false(brg_kmsg_is_fault("DMAR: IOMMU enabled"));
	assert_false(brg_kmsg_is_fault("AMD-Vi: Interrupt remapping enabled"));
	assert_false(brg_kmsg_is_fault("BUG: KASAN: slab-use-after-free"));
}

static void a_fault_of_the_iommu_is_read(void **state)
{
	struct brg_kmsg_fault fault = { 0 };

	assert_true(brg_kmsg_parse_fault(
		"DMAR: [DMA Write NO_PASID] Request device [0000:05:00.0] "
		"fault addr 0x10001000 [fault reason 0x05] PTE Write access is "
		"not set",
		&fault));
	assert_string_equal(fault.bdf, "0000:05:00.0");
	assert_true(fault.write);
	assert_true(fault.iova == 0x10001000);
	assert_int_equal(fault.reason, 5);
	assert_true(brg_kmsg_parse_fault(
		"DMAR: [DMA Read PASID 0x1] Request device [04:00.1] fault "
		"addr 0xfffffffff000 [fault reason 0x06] PTE Read access",
		&fault));
	assert_string_equal(fault.bdf, "0000:04:00.1");
	assert_false(fault.write);
	assert_true(fault.iova == 0xfffffffff000);
	assert_int_equal(fault.reason, 6);
	assert_false(brg_kmsg_parse_fault(
		"DMAR: DRHD: handling fault status reg 2", &fault));
	assert_false(brg_kmsg_parse_fault("DMAR: [DMA Write", &fault));
}

/* as the format strings of Linux 7.3 have them */
static void a_fault_says_whose_it_was(void **state)
{
	static const struct {
		const char *line;
		const char *bdf;
	} faults[] = {
		{ "DMAR: [DMA Write NO_PASID] Request device [0000:05:00.0] "
		  "fault addr 0x10001000 [fault reason 0x05] PTE Write access "
		  "is not set",
		  "0000:05:00.0" },
		{ "DMAR: [DMA Read PASID 0x1] Request device [04:00.1] fault "
		  "addr 0xfffffffff000 [fault reason 0x06] PTE Read access",
		  "0000:04:00.1" },
		{ "vfio-pci 0000:41:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT "
		  "domain=0x0012 address=0x10001000 flags=0x0020]",
		  "0000:41:00.0" },
		{ "AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:41:00.1 "
		  "domain=0x0000 address=0x10001000 flags=0x0020]",
		  "0000:41:00.1" },
		/* the IOMMU logs it, of a device */
		{ "pci 0000:00:00.2: AMD-Vi: Event logged "
		  "[INVALID_DEVICE_REQUEST device=0001:c1:1f.7 pasid=0x00000 "
		  "address=0xfffffffdf8000000 flags=0x0a00]",
		  "0001:c1:1f.7" },
		{ "iommu ivhd0: AMD-Vi: Event logged [DEV_TAB_HARDWARE_ERROR "
		  "device=0000:41:00.0 address=0x10001000 flags=0x0020]",
		  "0000:41:00.0" },
		{ "arm-smmu-v3 arm-smmu-v3.0.auto: event: F_TRANSLATION "
		  "client: 0000:41:00.0 sid: 0x4100 ssid: 0x0 iova: 0x10001000 "
		  "ipa: 0x0",
		  "0000:41:00.0" },
		{ "arm-smmu-v3 arm-smmu-v3.0.auto: event: C_BAD_STE client: "
		  "0002:01:00.0 sid: 0x20100 ssid: 0x0",
		  "0002:01:00.0" },
	};
	static const char *const others[] = {
		"DMAR: DRHD: handling fault status reg 2",
		"dmar_fault: 9 callbacks suppressed",
		"amd_iommu_report_page_fault: 12 callbacks suppressed",
		"arm-smmu-v3 arm-smmu-v3.0.auto: event: F_TRANSLATION client: "
		"(unassigned sid) sid: 0x4100 ssid: 0x0 iova: 0x1 ipa: 0x0",
		"arm-smmu 5000000.iommu: Unhandled context fault: fsr=0x402, "
		"iova=0x10001000, fsynr=0x10, cbfrsynra=0x4100, cb=1",
		/* no fault */
		"vfio-pci 0000:41:00.0: AMD-Vi: device=0000:41:00.0",
	};
	char bdf[BRG_KMSG_BDF_BYTES];

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		assert_true(brg_kmsg_fault_device(faults[i].line, bdf));
		assert_string_equal(bdf, faults[i].bdf);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(brg_kmsg_fault_device(others[i], bdf));
}

static void what_programs_log_is_not_the_kernels(void **state)
{
	/* priority and facility: 8 and up are others' */
	assert_true(brg_kmsg_is_kernels("4,812,1234567,-;BUG: KASAN"));
	assert_true(brg_kmsg_is_kernels("0,1,2,c,caller=T1;text"));
	assert_false(brg_kmsg_is_kernels("12,813,1234568,-;BUG: mine"));
	assert_false(brg_kmsg_is_kernels("30,814,1234569,-;WARNING: x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trouble_is_recognised),
		cmocka_unit_test(an_everyday_log_is_not),
		cmocka_unit_test(faults_of_other_iommus_are_trouble),
		cmocka_unit_test(a_fault_of_the_iommu_is_read),
		cmocka_unit_test(a_fault_says_whose_it_was),
		cmocka_unit_test(what_programs_log_is_not_the_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
