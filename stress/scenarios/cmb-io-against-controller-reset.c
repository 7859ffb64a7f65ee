// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: other disks do direct I/O with an NVMe's CMB while the controller is reset
 * by its driver, the PCI function through sysfs, or the driver is unbound. The
 * controller has its own queues in the same memory.
 *
 * Oracle: the data of I/O that no reset met: memory that is given out afterwards
 * works. I/O that one meets may fail or bring anything, since the driver takes its
 * memory from nobody. Nothing hangs, and all memory comes back.
 *
 * Provenance: no hazard of the series: the driver is not changed by it, and tells
 * nobody about resets.
 */
#include "../engine/cmb.h"
#include "../stress.h"

static const struct stress_step readers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(1, 16), ONLY(2000)),
	STEP(disk_read, ONLY(0)),
	STEP(disk_write, ONLY(0)),
	STEP(p2p_keep, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	{},
};

static const struct stress_step before[] = {
	STEP(read_pool),
	{},
};

static const struct stress_step resetters[] = {
	STEP(cmb_reset, ONLY(CMB_RESET_FUNCTION)),
	{},
};

/*
 * Not in races in which the driver is bound as well: a controller that is reset
 * while it is probed is an oops of Linux 7.3 itself (docs/findings).
 */
static const struct stress_step controller_resetters[] = {
	STEP(cmb_reset, ONLY(CMB_RESET_CONTROLLER)),
	{},
};

static const struct stress_step unbinders[] = {
	OFTEN(2, cmb_rebind),
	OFTEN(1, cmb_replug),
	{},
};

static const struct stress_step after[] = {
	/* what direct I/O has read into comes back a little later */
	STEP(cmb_expect_free),
	STEP(p2p_map, ONLY(0), ONLY(16)),
	STEP(disk_read, ONLY(0), ONLY(0), ONLY(16)),
	STEP(unmap, ONLY(0)),
	STEP(cmb_expect_free),
	{},
};

SCENARIO(cmb_io_against_controller_reset) = {
	.name = "cmb-io-against-controller-reset",
	.summary = "direct I/O with a CMB while its controller is reset",
	.needs = NEED_CMB | NEED_DISK | NEED_SYSFS_RESET,
	.before = before,
	.before_half = true,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 20, .jitter_us = 2000 },
		{ .name = "process", .steps = readers,
		  .in_order = true, .turns = 20, .jitter_us = 2000,
		  .process = true },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 3, .jitter_us = 50000 },
		{ .name = "controller", .steps = controller_resetters,
		  .in_order = true, .turns = 4, .jitter_us = 50000,
		  .half = STRESS_WITHOUT },
		{ .name = "unbinder", .steps = unbinders, .min_calls = 1,
		  .max_calls = 2, .jitter_us = 50000, .half = STRESS_WITH },
	},
	.after = after,
	.points = {
		"nvme_pci_enable:1ms..20ms/0.5",
		"nvme_dev_disable+return:1ms..20ms/0.5",
	},
	.pace = STRESS_LENGTHY,
};
