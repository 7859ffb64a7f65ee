// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: none but that of failure with what comes after it. A BAR is registered
 * with its first allocation failing, then the second and so on, until nothing
 * fails any more. Then the device is closed and its driver unbound.
 *
 * Oracle: the kernel's own, KASAN above all; the driver can be bound again and
 * the device opened.
 *
 * Provenance: hazard 6. What was set up so that unbinding undoes it must not be
 * left behind where registration has undone it already.
 */
#include "../stress.h"

static const struct stress_step sweepers[] = {
	STEP(register_sweep),
	STEP(rebind),
	{},
};

SCENARIO(failing_registration_then_unbind) = {
	.name = "failing-registration-then-unbind",
	.summary = "registration with each allocation failing, then unbind",
	.hazards = { 6 },
	.actors = {
		{ .name = "sweeper", .steps = sweepers, .in_order = true },
	},
	.alone = true,
	.pace = STRESS_SLOW,
};
