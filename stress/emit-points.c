// SPDX-License-Identifier: GPL-2.0-only
#include "emit-points.h"

#include <inttypes.h>

#include <barrage/amplifier.h>
#include <barrage/log.h>

static const char *const where_names[] = {
	[BRG_AMPLIFIER_ENTRY] = "ENTRY",
	[BRG_AMPLIFIER_RETURN] = "RETURN",
	[BRG_AMPLIFIER_OFFSET] = "OFFSET",
};

static const char *const whom_names[] = {
	[BRG_AMPLIFIER_RUN] = "RUN",
	[BRG_AMPLIFIER_ANY] = "ANY",
	[BRG_AMPLIFIER_PROCESS] = "PROCESS",
	[BRG_AMPLIFIER_THREAD] = "THREAD",
};

static const char *const kind_names[] = {
	[BRG_AMPLIFIER_DELAY] = "DELAY",
	[BRG_AMPLIFIER_HOLD] = "HOLD",
	[BRG_AMPLIFIER_MEET] = "MEET",
};

/* What can be parsed has no end of a comment in it, and no quotes. */
static void emit_point(FILE *f, unsigned int race, const char *text)
{
	struct brg_amplifier_point point;

	/* the race has run without it as well: see delays.c */
	if (brg_amplifier_parse(text, &point)) {
		brg_warn("a point is left out: %s", brg_last_error());
		return;
	}
	if (point.where == BRG_AMPLIFIER_SOMEWHERE) {
		brg_warn("a point is left out, which no race has had: %s",
			 text);
		return;
	}
	fprintf(f,
		"\t/* %s */\n"
		"\t{ %u, {\n"
		"\t\t.symbol = \"%s\", .caller = \"%s\",\n"
		"\t\t.where = BARRAGE_AMPLIFIER_%s, .offset = %" PRIu32 ",\n"
		"\t\t.whom = BARRAGE_AMPLIFIER_%s, .id = %" PRId32 ",\n"
		"\t\t.kind = BARRAGE_AMPLIFIER_%s, .wait_us = %" PRIu32 ",\n"
		"\t\t.meeting = %" PRIu32 ", .side = %" PRIu32 ",\n"
		"\t\t.least_us = %" PRIu32 ", .most_us = %" PRIu32 ",\n"
		"\t\t.probability = %" PRIu32 ", .seed = %" PRIu64 "ull,\n"
		"\t\t.after = %" PRIu64 "ull, .most = %" PRIu64 "ull,\n"
		"\t} },\n",
		text, race, point.symbol, point.caller,
		where_names[point.where], point.offset_bytes,
		whom_names[point.whom], point.id, kind_names[point.kind],
		point.wait_us, point.meeting, point.side, point.least_us,
		point.most_us, point.probability, point.seed, point.after,
		point.most);
}

static unsigned int count(const struct races *races)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < races->nr_given; i++)
		nr += races->given[i].nr_points;
	return nr;
}

int emit_points(FILE *f, struct emission *emission, const struct races *races)
{
	int ret;

	if (!count(races)) {
		fprintf(f, "\nstatic void delays_open(void)\n{\n}\n"
			   "\nstatic void delays_set(unsigned int race)\n{\n}\n"
			   "\nstatic void delays_close(void)\n{\n}\n");
		return 0;
	}
	ret = emission_add(emission, "amplifier-add.h");
	if (ret)
		return ret;
	fprintf(f,
		"\n/* Where the kernel is slow in which race; probabilities of %d */\n"
		"static struct slow_place {\n"
		"\tunsigned int race;\n"
		"\tstruct barrage_amplifier_point point;\n"
		"} places[] = {\n",
		BRG_AMPLIFIER_ALWAYS);
	for (unsigned int i = 0; i < races->nr_given; i++)
		for (unsigned int p = 0; p < races->given[i].nr_points; p++)
			emit_point(f, i, races->given[i].points[p].text);
	fprintf(f, "};\n");
	return emission_add(emission, "repro-delays.c");
}
