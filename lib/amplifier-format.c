// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "amplifier"
#include <barrage/amplifier.h>
#include <barrage/log.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* As many as 65536 needs to come back as what it was */
#define NR_DIGITS 6

/* Appends; what does not fit leaves @text full. */
__attribute__((format(printf, 3, 4))) static void
append(char *text, size_t size, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + len, size - len, fmt, ap);
	va_end(ap);
}

static void format_delay(const struct brg_amplifier_point *point, char *text,
			 size_t size)
{
	append(text, size, ":%" PRIu32, point->least_us);
	if (point->most_us != point->least_us)
		append(text, size, "..%" PRIu32, point->most_us);
	append(text, size, "us");
	if (point->probability != BRG_AMPLIFIER_ALWAYS)
		append(text, size, "/%.*f", NR_DIGITS,
		       (double)point->probability / BRG_AMPLIFIER_ALWAYS);
}

static void format_kind(const struct brg_amplifier_point *point, char *text,
			size_t size)
{
	if (point->kind == BRG_AMPLIFIER_HOLD)
		append(text, size, ",hold=%" PRIu32 "us", point->wait_us);
	if (point->kind != BRG_AMPLIFIER_MEET)
		return;
	append(text, size, ",meet=%" PRIu32 "%c", point->meeting,
	       point->side ? 'b' : 'a');
	if (point->wait_us)
		append(text, size, ",wait=%" PRIu32 "us", point->wait_us);
}

static void format_whom(const struct brg_amplifier_point *point, char *text,
			size_t size)
{
	switch (point->whom) {
	case BRG_AMPLIFIER_RUN:
		break;
	case BRG_AMPLIFIER_ANY:
		append(text, size, ",any");
		break;
	case BRG_AMPLIFIER_PROCESS:
		append(text, size, ",pid=%" PRId32, point->id);
		break;
	case BRG_AMPLIFIER_THREAD:
		append(text, size, ",tid=%" PRId32, point->id);
		break;
	}
}

int brg_amplifier_format(const struct brg_amplifier_point *point, char *text,
			 size_t size)
{
	char line[BRG_AMPLIFIER_TEXT_BYTES + 1] = "";
	const size_t room = sizeof(line);

	append(line, room, "%s", point->symbol);
	if (point->where == BRG_AMPLIFIER_RETURN)
		append(line, room, "+return");
	else if (point->where == BRG_AMPLIFIER_OFFSET)
		append(line, room, "+%#" PRIx32, point->offset_bytes);
	else if (point->where == BRG_AMPLIFIER_SOMEWHERE)
		append(line, room, "+any");
	if (point->caller[0])
		append(line, room, "<%s", point->caller);
	format_delay(point, line, room);
	format_kind(point, line, room);
	format_whom(point, line, room);
	if (point->after)
		append(line, room, ",after=%" PRIu64, point->after);
	if (point->most)
		append(line, room, ",most=%" PRIu64, point->most);
	if (point->seed)
		append(line, room, ",seed=%" PRIu64, point->seed);
	if (strlen(line) >= size)
		return brg_fail(-ENOSPC, "%s: %zu bytes are too few",
				point->symbol, size);
	memcpy(text, line, strlen(line) + 1);
	return 0;
}
