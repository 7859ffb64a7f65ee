// SPDX-License-Identifier: GPL-2.0-only
#include "halve.h"

#include <string.h>

#include <barrage/amplifier.h>

static bool halve_all_delays(struct races *races, unsigned int at,
			     bool *changed)
{
	struct actor_program *actor;
	struct call *call;

	if (at)
		return false;
	for (unsigned int i = 0; (call = shrink_call(races, i, &actor)); i++) {
		*changed |= call->delay_us > 1;
		call->delay_us = (call->delay_us + 1) / 2;
	}
	return true;
}

static bool halve_delay(struct races *races, unsigned int at, bool *changed)
{
	struct actor_program *actor;
	struct call *call = shrink_call(races, at, &actor);

	if (!call)
		return false;
	*changed = call->delay_us > 1;
	call->delay_us = (call->delay_us + 1) / 2;
	return true;
}

/* as a text that can be read again; otherwise it stays as it is */
static bool halve_text(char text[ENGINE_POINT_BYTES])
{
	struct brg_amplifier_point point;
	char half[ENGINE_POINT_BYTES];

	if (brg_amplifier_parse(text, &point) ||
	    (point.most_us < 2 && point.wait_us < 2))
		return false;
	point.least_us /= 2;
	point.most_us = (point.most_us + 1) / 2;
	point.wait_us = (point.wait_us + 1) / 2;
	if (brg_amplifier_format(&point, half, sizeof(half)))
		return false;
	strcpy(text, half);
	return true;
}

static bool halve_point(struct races *races, unsigned int at, bool *changed)
{
	struct program *program;
	struct point *point = shrink_point(races, at, &program);

	if (!point)
		return false;
	*changed = halve_text(point->text);
	return true;
}

/* by what operations call their arguments; 0 or 1 is a choice */
static bool is_amount(const struct op_arg *arg)
{
	static const char *const begins[] = {
		"after,",    "at most,",  "how long,",	   "length,",
		"MiB",	     "pages",	  "time away,",	   "time closed,",
		"time off,", "time out,", "time unbound,", "times",
	};

	if (!arg->name || (!arg->min && arg->max == 1))
		return false;
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (!strncmp(arg->name, begins[i], strlen(begins[i])))
			return true;
	return false;
}

/* the @at-th argument, as if all operations had as many as there can be */
static bool halve_arg(struct races *races, unsigned int at, bool *changed)
{
	unsigned int nth = at % ENGINE_NR_ARGS;
	const struct op_arg *arg;
	struct actor_program *actor;
	struct call *call = shrink_call(races, at / ENGINE_NR_ARGS, &actor);

	if (!call)
		return false;
	arg = &call->op->args[nth];
	*changed = is_amount(arg) && call->arg[nth] > arg->min;
	if (*changed)
		call->arg[nth] = arg->min + (call->arg[nth] - arg->min) / 2;
	return true;
}

const struct shrink halve_ways[] = {
	{ "half of all delays", halve_all_delays },
	{ "half of a delay in the kernel", halve_point },
	{ "half of an amount", halve_arg },
	{ "half of a delay", halve_delay },
	{},
};
