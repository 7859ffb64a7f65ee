// SPDX-License-Identifier: GPL-2.0-only
/* The assembler finds the files: stress/meson.build says where. */
#include "sources.h"

#include <string.h>

#define EMBED(id, path)                                                        \
	asm(".section .rodata\n"                                               \
	    "source_" #id "_begin: .incbin \"" path "\"\n"                     \
	    "source_" #id "_end: .byte 0\n"                                    \
	    ".previous\n");                                                    \
	extern const char source_##id##_begin[], source_##id##_end[]

#define SOURCE(id, name)                                                       \
	{                                                                      \
		name, source_##id##_begin, source_##id##_end                   \
	}

EMBED(block_h, "lib/include/barrage/block.h");
EMBED(block_c, "lib/block.c");
EMBED(engine_h, "stress/engine/engine.h");
EMBED(needs_h, "stress/engine/needs.h");
EMBED(ops_h, "stress/engine/ops.h");
EMBED(power_h, "stress/engine/power.h");
EMBED(power_c, "stress/engine/power.c");
EMBED(stamp_h, "stress/engine/stamp.h");
EMBED(stamp_c, "stress/engine/stamp.c");
EMBED(io_gate_c, "stress/engine/io-gate.c");
EMBED(race_c, "stress/engine/race.c");
EMBED(slot_c, "stress/engine/slot.c");
EMBED(touch_c, "stress/engine/touch.c");
EMBED(world_c, "stress/engine/world.c");
EMBED(ops_export_c, "stress/engine/ops-export.c");
EMBED(ops_io_c, "stress/engine/ops-io.c");
EMBED(ops_map_c, "stress/engine/ops-map.c");
EMBED(ops_process_c, "stress/engine/ops-process.c");
EMBED(ops_register_c, "stress/engine/ops-register.c");
EMBED(ops_reset_c, "stress/engine/ops-reset.c");
EMBED(repro_c, "stress/repro.c");

const struct source sources[] = {
	SOURCE(block_h, "barrage/block.h"),
	SOURCE(block_c, "barrage/block.c"),
	SOURCE(engine_h, "engine.h"),
	SOURCE(needs_h, "needs.h"),
	SOURCE(ops_h, "ops.h"),
	SOURCE(power_h, "power.h"),
	SOURCE(power_c, "power.c"),
	SOURCE(stamp_h, "stamp.h"),
	SOURCE(stamp_c, "stamp.c"),
	SOURCE(io_gate_c, "io-gate.c"),
	SOURCE(race_c, "race.c"),
	SOURCE(slot_c, "slot.c"),
	SOURCE(touch_c, "touch.c"),
	SOURCE(world_c, "world.c"),
	SOURCE(ops_export_c, "ops-export.c"),
	SOURCE(ops_io_c, "ops-io.c"),
	SOURCE(ops_map_c, "ops-map.c"),
	SOURCE(ops_process_c, "ops-process.c"),
	SOURCE(ops_register_c, "ops-register.c"),
	SOURCE(ops_reset_c, "ops-reset.c"),
	SOURCE(repro_c, "repro.c"),
	{},
};

const struct source *source_find(const char *name)
{
	for (const struct source *source = sources; source->name; source++)
		if (!strcmp(source->name, name))
			return source;
	return NULL;
}
