// SPDX-License-Identifier: GPL-2.0-only
#include "shrink.h"

#include <string.h>

/* What fails now and then may pass once: what comes later is for nothing then. */
#define RACE_TRIES 3

/* the actors, then those that are alone before and after; or NULL */
static struct actor_program *part_of(struct program *program,
				     unsigned int index)
{
	if (index < program->nr_actors)
		return &program->actors[index];
	if (index == program->nr_actors)
		return &program->before;
	return index == program->nr_actors + 1 ? &program->after : NULL;
}

/* likewise, of all races */
static struct actor_program *part(struct races *races, unsigned int index)
{
	for (unsigned int i = 0; i < races->nr_given; i++) {
		struct program *program = &races->given[i];

		if (index < program->nr_actors + 2)
			return part_of(program, index);
		index -= program->nr_actors + 2;
	}
	return NULL;
}

/* The last is the one that was blamed, and the first to be tried alone. */
static bool only_one_race(struct races *races, unsigned int at, bool *changed)
{
	unsigned int index = races->nr_given - 1 - at;

	if (races->nr_given < 2 || at >= races->nr_given)
		return false;
	races->of[0] = races->of[index];
	races->given[0] = races->given[index];
	races->number -= at < races->number ? at : races->number;
	races->nr_given = 1;
	races->gaps = false;
	*changed = true;
	return true;
}

static bool drop_race(struct races *races, unsigned int at, bool *changed)
{
	if (races->nr_given < 2 || at >= races->nr_given)
		return false;
	races->nr_given--;
	if (at == races->nr_given)
		races->number -= !!races->number;
	else if (at)
		races->gaps = true;
	for (; at < races->nr_given; at++) {
		races->of[at] = races->of[at + 1];
		races->given[at] = races->given[at + 1];
	}
	*changed = true;
	return true;
}

static bool drop_actor(struct races *races, unsigned int at, bool *changed)
{
	for (unsigned int i = 0; i < races->nr_given; i++) {
		struct program *program = &races->given[i];

		if (at >= program->nr_actors) {
			at -= program->nr_actors;
			continue;
		}
		program->nr_actors--;
		memmove(&program->actors[at], &program->actors[at + 1],
			(program->nr_actors - at) * sizeof(program->actors[0]));
		*changed = true;
		return true;
	}
	return false;
}

struct point *shrink_point(struct races *races, unsigned int at,
			   struct program **program)
{
	for (unsigned int i = 0; i < races->nr_given; i++) {
		*program = &races->given[i];
		if (at < (*program)->nr_points)
			return &(*program)->points[at];
		at -= (*program)->nr_points;
	}
	return NULL;
}

static bool drop_point(struct races *races, unsigned int at, bool *changed)
{
	struct program *program;
	struct point *point = shrink_point(races, at, &program);

	if (!point)
		return false;
	program->nr_points--;
	memmove(point, point + 1,
		(size_t)(&program->points[program->nr_points] - point) *
			sizeof(*point));
	*changed = true;
	return true;
}

static bool drop_all_cpus(struct races *races, unsigned int at, bool *changed)
{
	struct actor_program *actor;

	for (unsigned int i = 0; !at && (actor = part(races, i)); i++) {
		*changed |= actor->cpu;
		actor->cpu = 0;
	}
	return !at;
}

static bool drop_cpu(struct races *races, unsigned int at, bool *changed)
{
	struct actor_program *actor = part(races, at);

	if (!actor)
		return false;
	*changed = actor->cpu;
	actor->cpu = 0;
	return true;
}

static bool one_turn(struct races *races, unsigned int at, bool *changed)
{
	struct actor_program *actor = part(races, at);

	if (!actor)
		return false;
	*changed = actor->turns > 1;
	actor->turns = 1;
	return true;
}

static bool half_the_turns(struct races *races, unsigned int at, bool *changed)
{
	struct actor_program *actor = part(races, at);

	if (!actor)
		return false;
	*changed = actor->turns > 1;
	actor->turns = (actor->turns + 1) / 2;
	return true;
}

static void cut(struct actor_program *actor, unsigned int from, unsigned int nr)
{
	memmove(&actor->calls[from], &actor->calls[from + nr],
		(actor->nr_calls - from - nr) * sizeof(actor->calls[0]));
	actor->nr_calls -= nr;
}

/* the first half of an actor's operations, then the second one, and so on */
static bool drop_half(struct races *races, unsigned int at, bool *changed)
{
	struct actor_program *actor = part(races, at / 2);
	unsigned int half;

	if (!actor)
		return false;
	half = actor->nr_calls / 2;
	*changed = half;
	cut(actor, at % 2 ? actor->nr_calls - half : 0, half);
	return true;
}

struct call *shrink_call(struct races *races, unsigned int at,
			 struct actor_program **actor)
{
	for (unsigned int i = 0; (*actor = part(races, i)); i++) {
		if (at < (*actor)->nr_calls)
			return &(*actor)->calls[at];
		at -= (*actor)->nr_calls;
	}
	return NULL;
}

static bool drop_call(struct races *races, unsigned int at, bool *changed)
{
	struct actor_program *actor;
	struct call *call = shrink_call(races, at, &actor);

	if (!call)
		return false;
	cut(actor, (unsigned int)(call - actor->calls), 1);
	*changed = true;
	return true;
}

static bool drop_all_delays(struct races *races, unsigned int at, bool *changed)
{
	struct actor_program *actor;
	struct call *call;

	for (unsigned int i = 0; !at && (call = shrink_call(races, i, &actor));
	     i++) {
		*changed |= call->delay_us;
		call->delay_us = 0;
	}
	return !at;
}

static bool drop_delay(struct races *races, unsigned int at, bool *changed)
{
	struct actor_program *actor;
	struct call *call = shrink_call(races, at, &actor);

	if (!call)
		return false;
	*changed = call->delay_us;
	call->delay_us = 0;
	return true;
}

static bool drop_failure(struct races *races, unsigned int at, bool *changed)
{
	struct actor_program *actor;
	struct call *call = shrink_call(races, at, &actor);

	if (!call)
		return false;
	*changed = call->fail_nth || call->sweep;
	call->fail_nth = 0;
	call->sweep = false;
	return true;
}

const struct shrink shrink_ways[] = {
	{ "all races but one", only_one_race, RACE_TRIES },
	{ "a race", drop_race, RACE_TRIES },
	{ "an actor", drop_actor },
	{ "a delay in the kernel", drop_point },
	{ "all CPUs of actors", drop_all_cpus },
	{ "the CPU of an actor", drop_cpu },
	{ "all turns but one", one_turn },
	{ "half the turns", half_the_turns },
	{ "half the operations", drop_half },
	{ "an operation", drop_call },
	{ "all delays", drop_all_delays },
	{ "a delay", drop_delay },
	{ "a failing allocation", drop_failure },
	{},
};

/* the ordered call of a race that comes next after one, or NULL */
static struct call *next_in_order(struct program *program, uint32_t after)
{
	struct actor_program *actor;
	struct call *next = NULL;

	for (unsigned int i = 0; (actor = part_of(program, i)); i++)
		for (unsigned int c = 0; c < actor->nr_calls; c++) {
			struct call *call = &actor->calls[c];

			if (call->order > after &&
			    (!next || call->order < next->order))
				next = call;
		}
	return next;
}

void shrink_renumber(struct races *races)
{
	for (unsigned int i = 0; i < races->nr_given; i++) {
		uint32_t order = 0;
		struct call *call;

		while ((call = next_in_order(&races->given[i], order)))
			call->order = ++order;
	}
}

static unsigned int size_of(const struct actor_program *actor)
{
	unsigned int size = 1 + actor->turns + actor->nr_calls + !!actor->cpu;

	for (unsigned int i = 0; i < actor->nr_calls; i++)
		size += !!actor->calls[i].delay_us +
			!!actor->calls[i].fail_nth + actor->calls[i].sweep;
	return size;
}

unsigned int shrink_size(const struct races *races)
{
	unsigned int size = 0;

	for (unsigned int i = 0; i < races->nr_given; i++) {
		const struct program *program = &races->given[i];

		size += program->nr_points + size_of(&program->before) +
			size_of(&program->after);
		for (unsigned int a = 0; a < program->nr_actors; a++)
			size += size_of(&program->actors[a]);
	}
	return size;
}
