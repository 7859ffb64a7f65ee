// SPDX-License-Identifier: GPL-2.0-only
/* Single bytes, which somebody keeps account of */
#include "engine.h"
#include "io.h"
#include "ops.h"

#include <signal.h>

#define PAGE 4096

static int do_poke(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = 1;
	int ret = slot_range(slot, &page, &nr);
	char byte = (char)arg[2];

	if (ret)
		return ret;
	io_claim(actor, slot, slot->addr + page * PAGE, PAGE);
	return touch_byte(slot->addr + page * PAGE, true, &byte);
}

OP(poke) = {
	.name = "poke",
	.summary = "the CPU writes a byte at the begin of a page",
	.source = "ops-byte.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "page", 0, 1023 },
		  { "byte", 0, 255 } },
	.run = do_poke,
	.may = MAY(DONE_SIGNAL(SIGBUS)),
};

static int do_peek(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = 1;
	int ret = slot_range(slot, &page, &nr);
	char byte = 0;

	if (!ret)
		ret = touch_byte(slot->addr + page * PAGE, false, &byte);
	return ret ? ret : DONE_BYTE((unsigned char)byte);
}

OP(peek) = {
	.name = "peek",
	.summary = "the CPU reads that byte",
	.source = "ops-byte.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 }, { "page", 0, 1023 } },
	.run = do_peek,
	.may = MAY(DONE_SIGNAL(SIGBUS)),
};
