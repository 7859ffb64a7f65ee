// SPDX-License-Identifier: GPL-2.0-only
#include "fresh.h"

#include "stamp.h"

#define PAGE 4096
#define MAX_BYTES ((size_t)STAMP_MAX_PAGES * PAGE)

static struct brg_block_stamp stamp_for(const struct actor *actor,
					const struct fresh *fresh)
{
	return stamp_of(actor->world, DISK_NONE, fresh->generation);
}

/* What is read back has arrived: it does not come after what a disk writes. */
void fresh_fill(struct actor *actor, const struct slot *slot,
		struct fresh *fresh)
{
	struct brg_block_stamp stamp;
	size_t bytes = slot->bytes < MAX_BYTES ? slot->bytes : MAX_BYTES;
	uint64_t last, *words = (uint64_t *)slot->addr;

	*fresh = (struct fresh){
		.addr = slot->addr,
		.generation = engine_now_ns(),
		.steady = promise_quiet(&actor->world->shared->shaken),
	};
	stamp = stamp_for(actor, fresh);
	if (slot->unready)
		return;
	if (!brg_block_fill(actor->host, bytes, 0, &stamp) &&
	    !touch_copy(words, (const uint64_t *)actor->host, bytes / 8) &&
	    !touch_copy(&last, &words[bytes / 8 - 1], 1))
		fresh->bytes = bytes;
}

/* Memory that can still be reached has not been taken away meanwhile. */
void fresh_judge(struct actor *actor, const struct fresh *fresh)
{
	struct brg_block_stamp stamp = stamp_for(actor, fresh);
	struct brg_block_report report;

	if (!fresh->bytes ||
	    touch_copy((uint64_t *)actor->host, (const uint64_t *)fresh->addr,
		       fresh->bytes / 8) ||
	    !brg_block_check(actor->host, fresh->bytes, 0, &stamp, &report))
		return;
	if (promise_still(&actor->world->shared->shaken, fresh->steady))
		engine_wrong(actor->world, ORACLE_DATA,
			     "P2P memory that is nobody else's has changed: %s",
			     report.text);
}
