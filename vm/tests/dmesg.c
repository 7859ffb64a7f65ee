// SPDX-License-Identifier: GPL-2.0-only
/* The kernel log oracle: each kind of report is seen, other lines are not. */
#include "vm-test.h"

#include "dmesg.h"
#include "text.h"

static const struct {
	const char *line, *kind;
} reports[] = {
	{ "BUG: KASAN: slab-use-after-free in p2pmem_free+0x1c/0x40", "kasan" },
	{ "BUG: KCSAN: data-race in a / b", "kcsan" },
	{ "BUG: KFENCE: out-of-bounds read in a+0x1/0x2", "kfence" },
	{ "watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [fio:83]",
	  "soft lockup" },
	{ "BUG: workqueue lockup - pool cpus=0 stuck for 31s!",
	  "workqueue lockup" },
	{ "CPU0: Watchdog detected hard LOCKUP on cpu 0", "hard lockup" },
	{ "BUG: sleeping function called from invalid context at mm/x.c:9",
	  "sleep in atomic" },
	{ "BUG: scheduling while atomic: fio/83/0x00000002",
	  "sleep in atomic" },
	{ "BUG: Bad page state in process fio  pfn:12345", "page state" },
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000010",
	  "bug" },
	{ "BUG: unable to handle page fault for address: ffffc90000000000",
	  "bug" },
	{ "kernel BUG at lib/genalloc.c:508!", "bug" },
	{ "BUG kmalloc-64 (Not tainted): Poison overwritten", "slab" },
	{ "page dumped because: nonzero _refcount", "page" },
	{ "WARNING: possible circular locking dependency detected", "lockdep" },
	{ "WARNING: possible recursive locking detected", "lockdep" },
	{ "WARNING: inconsistent lock state", "lockdep" },
	{ "WARNING: held lock freed!", "lockdep" },
	{ "WARNING: bad unlock balance detected!", "lockdep" },
	{ "INFO: trying to register non-static key.", "lockdep" },
	{ "WARNING: suspicious RCU usage", "rcu" },
	{ "WARNING: drivers/pci/p2pdma.c:12 at p2pmem+0x1/0x2, CPU#0: fio/8",
	  "warning" },
	{ "WARNING: CPU: 1 PID: 99 at drivers/vfio/x.c:1 f+0x1/0x2",
	  "warning" },
	{ "UBSAN: array-index-out-of-bounds in drivers/x.c:3:4", "ubsan" },
	{ "Oops: general protection fault, probably for non-canonical address",
	  "oops" },
	{ "Oops: 0002 [#1] SMP", "oops" },
	{ "general protection fault: 0000 [#1] SMP", "oops" },
	{ "Kernel panic - not syncing: Fatal exception", "panic" },
	{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
	  "rcu stall" },
	{ "rcu: INFO: rcu_preempt self-detected stall on CPU", "rcu stall" },
	{ "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: {",
	  "rcu stall" },
	{ "INFO: task fio:83 blocked for more than 120 seconds.", "hung task" },
	{ "INFO: task fio:83 blocked in I/O wait for more than 120 seconds.",
	  "hung task" },
	{ "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
	  "kmemleak" },
	{ "unreferenced object 0xffff888001234560 (size 64):", "kmemleak" },
	{ "irq 16: nobody cared (try booting with the \"irqpoll\" option)",
	  "irq" },
	{ "list_add corruption. prev->next should be next (a), but was b.",
	  "list corruption" },
	{ "refcount_t: underflow; use-after-free.", "refcount" },
};

/* Seen in the log of a machine with nothing wrong, or of programs. */
static const char *const benign[] = {
	"Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on",
	"RETBleed: WARNING: Spectre v2 mitigation leaves CPU vulnerable",
	"traps: fio[83] general protection fault ip:55 sp:7f error:0 in fio",
	"fio[83]: segfault at 0 ip 0000 sp 0000 error 4 in fio",
	"rcu: \tRCU debug extended QS entry/exit.",
	"DEBUG: something that a driver says",
	"Lock dependency validator: Copyright (c) 2006 Red Hat, Inc.",
	"kmemleak: Kernel memory leak detector initialized (mem pool available)",
	"ACPI BIOS Error (bug): Could not resolve symbol",
	"[Firmware Bug]: TSC doesn't count with P0 frequency!",
	"nvme nvme0: 2/0/0 default/read/poll queues",
	"kasan: KernelAddressSanitizer initialized (generic)",
	"DMAR: IOMMU enabled",
	"INFO: lockdep is turned off.",
};

static void scan_line(const char *line, struct vm_dmesg *dmesg)
{
	char *text = vm_strf("[    1.000000] Linux version 7.3.4\n"
			     "[    2.000000] %s\n"
			     "[    9.000000] VFS: mounted\n",
			     line);

	vm_dmesg_scan(text, dmesg);
	free(text);
}

static void reports_are_seen(void **state)
{
	for (size_t i = 0; i < VM_ARRAY_SIZE(reports); i++) {
		struct vm_dmesg dmesg;

		scan_line(reports[i].line, &dmesg);
		if (dmesg.nr_splats != 1)
			fail_msg("%zu found in: %s", dmesg.nr_splats,
				 reports[i].line);
		assert_string_equal(dmesg.splats[0].kind, reports[i].kind);
	}
}

static void other_lines_are_not(void **state)
{
	for (size_t i = 0; i < VM_ARRAY_SIZE(benign); i++) {
		struct vm_dmesg dmesg;

		scan_line(benign[i], &dmesg);
		if (dmesg.nr_splats)
			fail_msg("%s found in: %s", dmesg.splats[0].kind,
				 benign[i]);
	}
}

static void a_report_has_its_extent(void **state)
{
	static const char text[] =
		"[    1.000000] before\n"
		"[    2.000000] ------------[ cut here ]------------\n"
		"[    2.000001] WARNING: mm/x.c:1 at f+0x1/0x2, CPU#0: fio/8\n"
		"[    2.000002] BUG: of the same report\n"
		"[    2.000003] ---[ end trace 0000000000000000 ]---\n"
		"[    2.000004] between\n"
		"[    2.000005] [   T12] BUG: KASAN: null-ptr-deref in g\n"
		"[    2.000006] Call Trace:\n"
		"[    7.000000] long after\n";
	struct vm_dmesg dmesg;
	const char *at;

	vm_dmesg_scan(text, &dmesg);
	assert_int_equal(dmesg.nr_splats, 2);
	at = text + dmesg.splats[0].start;
	assert_ptr_equal(at, strstr(text, "[    2.000000]"));
	assert_ptr_equal(text + dmesg.splats[0].line,
			 strstr(text, "[    2.000001]"));
	assert_ptr_equal(text + dmesg.splats[0].end,
			 strstr(text, "[    2.000004]"));
	assert_string_equal(dmesg.splats[1].kind, "kasan");
	assert_ptr_equal(text + dmesg.splats[1].end,
			 strstr(text, "[    7.000000]"));
}

static void iommu_faults_are_counted(void **state)
{
	static const char text[] =
		"[    1.0] DMAR: IOMMU enabled\n"
		"[    2.0] DMAR: DRHD: handling fault status reg 2\n"
		"[    2.0] DMAR: [DMA Write NO_PASID] Request device [04:00.0] fault addr 0xfe000000 [fault reason 0x05] PTE Write access is not set\n"
		"[    2.1] DMAR: [DMA Read NO_PASID] Request device [0000:04:00.0] fault addr 0xfe000000 [fault reason 0x06] x\n"
		"[    3.0] dmar_fault: 12 callbacks suppressed\n"
		"[    4.0] nvme 0000:04:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0001 address=0x1 flags=0x0]\n"
		"[    5.0] other_limit: 9 callbacks suppressed\n";
	struct vm_dmesg dmesg;

	vm_dmesg_scan(text, &dmesg);
	assert_int_equal(dmesg.nr_splats, 0);
	assert_int_equal(dmesg.nr_iommu_faults, 2 + 12 + 1);
	assert_ptr_equal(text + dmesg.first_iommu_fault,
			 strstr(text, "[    2.0] DMAR: [DMA Write"));
}

static void more_reports_than_room(void **state)
{
	struct vm_buf buf = { 0 };
	struct vm_dmesg dmesg;

	for (int i = 0; i < VM_MAX_SPLATS + 5; i++)
		vm_buf_printf(&buf, "[%d.0] BUG: number %d\n", 10 * i, i);
	vm_dmesg_scan(buf.data, &dmesg);
	assert_int_equal(dmesg.nr_splats, VM_MAX_SPLATS + 5);
	vm_buf_free(&buf);
}

static void an_empty_log(void **state)
{
	struct vm_dmesg dmesg;

	vm_dmesg_scan("", &dmesg);
	assert_int_equal(dmesg.nr_splats, 0);
	assert_int_equal(dmesg.nr_iommu_faults, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_are_seen),
		cmocka_unit_test(other_lines_are_not),
		cmocka_unit_test(a_report_has_its_extent),
		cmocka_unit_test(iommu_faults_are_counted),
		cmocka_unit_test(more_reports_than_room),
		cmocka_unit_test(an_empty_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
