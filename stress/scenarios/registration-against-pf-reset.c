// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the user of a physical function (PF) resets it, and closes and opens it, each of
 * which would reset its virtual functions (VFs) as well. In half of the races P2P memory
 * of a VF is registered and in use all the time, in the others that is registered, and
 * given back, again and again. In some of them I/O has memory of the PF itself, so that
 * its reset waits: meanwhile no VF may begin to register.
 *
 * Oracle: no reset and no opening of the PF succeeds while the memory is registered from
 * before it to after it; both succeed when it no longer is; all that is counted for
 * that comes back, and so do the data that are read into the memory.
 *
 * Provenance: VFs are registered under their own lock, and resets of the PF go by its
 * lock: whoever comes first has to be seen by the other one (hazard 37).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), BETWEEN(1, 4)),
	{},
};

static const struct stress_step registrars[] = {
	STEP(register, ONLY(0), BETWEEN(1, 4)),
	STEP(p2p_map, ONLY(0), BETWEEN(1, 8)),
	STEP(disk_read, ONLY(0)),
	STEP(touch, ONLY(0)),
	STEP(unmap, ONLY(0)),
	STEP(unregister_any),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 8)),
	STEP(disk_read, ONLY(0)),
	STEP(touch, ONLY(0)),
	STEP(aio_read, ONLY(0), BETWEEN(1, 8), ANY, ONLY(1)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step pf_users[] = {
	OFTEN(4, pf_reset),
	OFTEN(2, pf_reset, ONLY(POWER_FLR)),
	OFTEN(2, pf_reopen),
	STEP(pf_register),
	STEP(pf_unregister),
	{},
};

/* by sysfs: who has the PF's file may close it */
static const struct stress_step strangers_of_pf[] = {
	STEP(pf_use, BETWEEN(1, 16), ANY, ONLY(1)),
	{},
};

static const struct stress_step after[] = {
	STEP(unregister_any),
	STEP(pf_reopen),
	STEP(pf_reset),
	STEP(expect_unused),
	STEP(pf_reset),
	{},
};

SCENARIO(registration_against_pf_reset) = {
	.name = "registration-against-pf-reset",
	.summary = "a VF registers its BAR while its PF is reset, closed and opened",
	.hazards = { 37 },
	.needs = NEED_PF,
	.before = before,
	.before_half = true,
	.actors = {
		{ .name = "registrar", .steps = registrars, .in_order = true,
		  .turns = 8, .jitter_us = 20000, .even = true,
		  .half = STRESS_WITHOUT },
		{ .name = "user", .steps = users, .in_order = true,
		  .turns = 8, .jitter_us = 10000, .half = STRESS_WITH },
		{ .name = "pf-user", .steps = pf_users, .min_calls = 3,
		  .max_calls = 10, .jitter_us = 10000, .even = true },
		{ .name = "pf-stranger", .steps = strangers_of_pf, .max = 1,
		  .in_order = true, .turns = 12, .jitter_us = 20000 },
	},
	.after = after,
	.points = { "vfio_pci_p2p_pf_get+return:100..5000us/0.5",
		    "p2p_lock_and_hold+return:100..5000us/0.5",
		    "vfio_pci_p2p_try_hold+return:100..5000us/0.5",
		    "pci_p2pdma_add_resource:100..5000us/0.5" },
	.alone = true,
	.pace = STRESS_SLOW,
};
