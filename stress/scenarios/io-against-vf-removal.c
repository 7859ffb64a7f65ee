// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a virtual function (VF) goes, since its physical function (PF) is asked to have
 * none any more, while its user has it open, its memory is registered, and a disk does
 * I/O with that. The VF comes back as another device with the same address.
 *
 * Oracle: its user is asked for it, and it goes only when that has closed it; nothing
 * of it is left but I/O that is waited for; what was read is compared; a reset of the
 * PF is refused as long as the memory is registered, and works after that.
 *
 * Provenance: pci_disable_sriov() unbinds its driver as sysfs does, with the lock of the
 * PF held, which a reset of that tries to take (hazard 9 is what happens where it does not
 * wait).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(2)),
	{},
};

static const struct stress_step readers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(1, 8), BETWEEN(10, 100)),
	STEP(disk_read, ONLY(0)),
	STEP(touch, ONLY(0)),
	STEP(p2p_map_soon, ONLY(1), BETWEEN(8, 16), BETWEEN(10, 100)),
	STEP(aio_read, ONLY(1), BETWEEN(8, 16), ANY, ONLY(1)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step owners[] = {
	STEP(vf_gone),
	STEP(register, ONLY(0), ONLY(2)),
	{},
};

static const struct stress_step pf_users[] = {
	OFTEN(4, pf_reset),
	STEP(pf_reset, ONLY(POWER_FLR)),
	STEP(pf_reopen),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister_any),
	STEP(pf_reopen),
	STEP(pf_reset),
	{},
};

SCENARIO(io_against_vf_removal) = {
	.name = "io-against-vf-removal",
	.summary = "a VF is taken from its PF with I/O on its memory",
	.needs = NEED_PF,
	.before = before,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 8, .jitter_us = 5000 },
		{ .name = "owner", .steps = owners, .in_order = true,
		  .turns = 2, .jitter_us = 50000, .even = true },
		{ .name = "pf-user", .steps = pf_users, .min_calls = 2,
		  .max_calls = 8, .jitter_us = 50000, .even = true },
	},
	.after = after,
	.points = { "vfio_pci_core_close_device:100..5000us/0.5",
		    "pci_disable_sriov+return:100..5000us/0.5" },
	.alone = true,
	.pace = STRESS_SLOW,
};
