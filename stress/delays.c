// SPDX-License-Identifier: GPL-2.0-only
#include "delays.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <barrage/log.h>

void delays_open(struct delays *delays, bool wanted)
{
	*delays = (struct delays){ .amplifier.fd = -1 };
	if (wanted && brg_amplifier_open(&delays->amplifier))
		brg_warn("no delays in the kernel: %s", brg_last_error());
}

static void count(struct delays *delays)
{
	struct brg_amplifier_stats stats;

	for (unsigned int i = 0; i < delays->nr; i++) {
		if (delays->ids[i] < 0 ||
		    brg_amplifier_stats(&delays->amplifier, delays->ids[i],
					&stats))
			continue;
		delays->nr_passed += stats.passed;
		delays->nr_delayed += stats.acted;
	}
}

static bool is_absent(const struct delays *delays, const char *text)
{
	for (unsigned int i = 0; i < delays->nr_absent; i++)
		if (!strcmp(delays->absent[i], text))
			return true;
	return false;
}

/* by its name alone: seeds differ */
static void tell_absent(struct delays *delays, const char *text)
{
	char name[ENGINE_POINT_BYTES];

	strcpy(name, text);
	name[strcspn(name, ":")] = '\0';
	if (is_absent(delays, name) || delays->nr_absent == DELAYS_MAX_ABSENT)
		return;
	strcpy(delays->absent[delays->nr_absent++], name);
	brg_warn("no delay at %s: %s", name, brg_last_error());
}

static void add(struct delays *delays, const char *text)
{
	struct brg_amplifier_point point;
	int id = brg_amplifier_parse(text, &point);
	bool drawn = !id && point.where == BRG_AMPLIFIER_SOMEWHERE;

	if (!id)
		id = drawn ? brg_amplifier_settle(&delays->amplifier, &point) :
			     brg_amplifier_add(&delays->amplifier, &point);
	if (id < 0)
		tell_absent(delays, text);
	delays->offsets[delays->nr] = drawn && id >= 0 ? point.offset_bytes : 0;
	delays->ids[delays->nr++] = id;
}

/*
 * The same points again are put anew as well: how often each acts, and what comes
 * of its seed, is counted from when it is added, and a race is to be the same
 * race each time.
 */
void delays_set(struct delays *delays, const struct program *program)
{
	if (delays->amplifier.fd < 0 || (!delays->nr && !program->nr_points))
		return;
	count(delays);
	delays->nr = 0;
	memset(delays->offsets, 0, sizeof(delays->offsets));
	if (brg_amplifier_clear(&delays->amplifier)) {
		brg_warn("no delays in the kernel any more: %s",
			 brg_last_error());
		delays_close(delays);
		return;
	}
	for (unsigned int i = 0; i < program->nr_points; i++)
		add(delays, program->points[i].text);
}

void delays_name(struct program *program,
		 const uint32_t offsets[ENGINE_MAX_POINTS])
{
	static const char any[] = "+any";

	for (unsigned int i = 0; i < program->nr_points; i++) {
		char *text = program->points[i].text, rest[ENGINE_POINT_BYTES];
		char *at = strstr(text, any);

		if (!offsets[i] || !at)
			continue;
		strcpy(rest, at + strlen(any));
		snprintf(at, (size_t)(text + ENGINE_POINT_BYTES - at), "+%#x%s",
			 offsets[i], rest);
	}
}

void delays_close(struct delays *delays)
{
	if (delays->amplifier.fd >= 0)
		count(delays);
	brg_amplifier_close(&delays->amplifier);
	delays->nr = 0;
}
