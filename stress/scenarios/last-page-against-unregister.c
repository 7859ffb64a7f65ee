// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the last page of P2P memory comes back from a read while its registration
 * waits to end, and then takes away all that belonged to it.
 *
 * Oracle: the kernel's own: use after free by who gives the page back; the end of
 * the registration comes in time.
 *
 * Provenance: hazard 11. Who gives back a page drops its reference, and wakes who
 * waits: in the wrong order nothing keeps the wait queue. Whoever waits looks by
 * itself now and then, and does not need the wakeup.
 */
#include "../stress.h"

static const struct stress_step users[] = {
	STEP(register, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(0), ONLY(1)),
	STEP(unregister_stalled, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step after[] = {
	STEP(unregister_any),
	{},
};

SCENARIO(last_page_against_unregister) = {
	.name = "last-page-against-unregister",
	.summary = "the last page comes back from I/O while unregistration waits",
	.hazards = { 11 },
	.actors = {
		{ .name = "user", .steps = users, .in_order = true,
		  .turns = 4 },
	},
	.after = after,
	.alone = true,
	.pace = STRESS_SLOW,
	.points = {
		/* until the memory is gone */
		"p2pdma_wake:0us/0.9,meet=0a,wait=300ms&"
		"pci_p2pdma_pagemap_release+return:0us,meet=0b,wait=1ms",
		"p2pdma_folio_free+any:100us..5ms/0.3",
		"pci_p2pdma_pagemap_release+any:1ms..20ms/0.5",
	},
};
