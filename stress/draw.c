// SPDX-License-Identifier: GPL-2.0-only
#include "draw.h"

#include <string.h>

#include "draw-cpus.h"
#include "draw-points.h"

#define FAIL_ONE_IN 4 /* calls, where the scenario wants failures */
#define LEAVE_OUT_FROM 6 /* steps */

struct draw {
	unsigned int fail_nth;
	uint64_t swept; /* call of who sweeps, counted on from race to race */
	struct random random;
	unsigned int has;
	enum stress_half half;
	uint64_t left_out; /* steps of the kind of actor that is being drawn */
	struct program *program;
};

static bool possible(const struct draw *draw, const struct stress_step *step)
{
	return !(step->op->needs & ~draw->has);
}

static bool is_in(const struct draw *draw, enum stress_half half)
{
	return half == STRESS_BOTH || half == draw->half;
}

/*
 * Where actors choose from many steps, half of the races go without half of them:
 * some things only come about where nobody undoes them all the time.
 */
static void leave_out(struct draw *draw, const struct stress_actor *actor)
{
	unsigned int nr = 0;

	while (actor->steps[nr].op)
		nr++;
	draw->left_out = 0;
	if (!actor->in_order && nr >= LEAVE_OUT_FROM &&
	    random_chance(&draw->random, 2))
		draw->left_out = random_next(&draw->random);
}

static unsigned int weight_of(const struct draw *draw,
			      const struct stress_actor *actor,
			      const struct stress_step *step)
{
	if (!possible(draw, step) || !is_in(draw, step->half) ||
	    draw->left_out >> (step - actor->steps) % 64 & 1)
		return 0;
	return step->weight ?: 1;
}

static void draw_args(struct draw *draw, const struct stress_step *step,
		      struct call *call)
{
	*call = (struct call){ .op = step->op };
	for (unsigned int i = 0; i < ENGINE_NR_ARGS; i++) {
		const struct stress_range *range = &step->arg[i];
		const struct op_arg *arg = &step->op->args[i];

		if (range->set)
			call->arg[i] = random_between(&draw->random, range->min,
						      range->max);
		else if (arg->name)
			call->arg[i] = random_between(&draw->random, arg->min,
						      arg->max);
	}
}

static uint32_t draw_delay(struct draw *draw, const struct stress_actor *actor)
{
	if (actor->even)
		return (uint32_t)random_between(&draw->random, 0,
						actor->jitter_us);
	return random_scale(&draw->random, actor->jitter_us);
}

static void add_call(struct draw *draw, const struct stress_step *step,
		     const struct stress_actor *actor, struct actor_program *to)
{
	struct call *call = &to->calls[to->nr_calls];
	unsigned int fail_nth = draw->fail_nth;

	if (to->nr_calls == ENGINE_MAX_CALLS || !possible(draw, step))
		return;
	to->nr_calls++;
	draw_args(draw, step, call);
	if (!actor)
		return;
	call->delay_us = draw_delay(draw, actor);
	if (fail_nth && random_chance(&draw->random, FAIL_ONE_IN))
		call->fail_nth =
			(uint32_t)random_between(&draw->random, 1, fail_nth);
}

static const struct stress_step *choose(struct draw *draw,
					const struct stress_actor *actor)
{
	const struct stress_step *step;
	unsigned int total = 0, at;

	for (step = actor->steps; step->op; step++)
		total += weight_of(draw, actor, step);
	if (!total)
		return NULL;
	at = (unsigned int)random_between(&draw->random, 0, total - 1);
	for (step = actor->steps; step->op; step++) {
		unsigned int weight = weight_of(draw, actor, step);

		if (at < weight)
			return step;
		at -= weight;
	}
	return NULL;
}

static void draw_all(struct draw *draw, const struct stress_step *steps,
		     const struct stress_actor *actor, struct actor_program *to)
{
	for (; steps && steps->op; steps++)
		if (actor || steps->weight < 2 ||
		    random_chance(&draw->random, steps->weight))
			add_call(draw, steps, actor, to);
}

static void draw_some(struct draw *draw, const struct stress_actor *actor,
		      struct actor_program *to)
{
	int64_t nr = random_between(&draw->random, actor->min_calls ?: 1,
				    actor->max_calls);

	while (nr--) {
		const struct stress_step *step = choose(draw, actor);

		if (step)
			add_call(draw, step, actor, to);
	}
}

static void draw_actor(struct draw *draw, const struct stress_actor *actor)
{
	struct program *program = draw->program;
	struct actor_program *to = &program->actors[program->nr_actors];

	if (program->nr_actors == ENGINE_MAX_ACTORS)
		return;
	program->nr_actors++;
	to->name = actor->name;
	to->process = actor->process;
	to->turns = (unsigned int)random_between(&draw->random, 1,
						 actor->turns ?: 1);
	if (actor->in_order)
		draw_all(draw, actor->steps, actor, to);
	else
		draw_some(draw, actor, to);
	if (actor->sweep && to->nr_calls) {
		to->turns = 1;
		to->calls[draw->swept % to->nr_calls].sweep = true;
	}
}

/* one after the other: each time an actor is drawn that has some left */
static void draw_order(struct draw *draw)
{
	struct program *program = draw->program;
	unsigned int next[ENGINE_MAX_ACTORS] = {}, left = 0;
	uint32_t order = 0;

	for (unsigned int i = 0; i < program->nr_actors; i++) {
		program->actors[i].turns = 1;
		left += program->actors[i].nr_calls;
	}
	while (left) {
		unsigned int i = (unsigned int)random_between(
			&draw->random, 0, program->nr_actors - 1);

		if (next[i] == program->actors[i].nr_calls)
			continue;
		program->actors[i].calls[next[i]++].order = ++order;
		left--;
	}
}

void draw_program(const struct stress_scenario *scenario, uint64_t seed,
		  uint64_t round, unsigned int has, struct program *program)
{
	struct draw draw = {
		.fail_nth = scenario->fail_nth,
		.swept = seed + round,
		.random = random_seed(seed, round),
		.has = has,
		.program = program,
	};

	memset(program, 0, sizeof(*program));
	draw_points(scenario, seed, round, program);
	program->before.name = "before";
	program->after.name = "after";
	program->before.turns = program->after.turns = 1;
	draw.half = scenario->before_half && random_chance(&draw.random, 2) ?
			    STRESS_WITHOUT :
			    STRESS_WITH;
	if (draw.half == STRESS_WITH)
		draw_all(&draw, scenario->before, NULL, &program->before);
	draw_all(&draw, scenario->after, NULL, &program->after);
	for (unsigned int i = 0;
	     i < STRESS_MAX_KINDS && scenario->actors[i].name; i++) {
		const struct stress_actor *actor = &scenario->actors[i];
		int64_t nr = random_between(&draw.random,
					    actor->max ? actor->min : 1,
					    actor->max ?: 1);

		if (!is_in(&draw, actor->half))
			continue;
		leave_out(&draw, actor);
		while (nr--)
			draw_actor(&draw, actor);
	}
	if (scenario->ordered)
		draw_order(&draw);
	draw_cpus(seed, round, program);
}

void draw_stranger(const struct stress_actor *actor, struct random *random,
		   unsigned int has, struct program *program)
{
	struct draw draw = {
		.random = *random,
		.has = has,
		.program = program,
	};
	unsigned int index = program->nr_actors;

	leave_out(&draw, actor);
	draw_actor(&draw, actor);
	*random = draw.random;
	if (program->nr_actors > index)
		program->actors[index].stranger = true;
}
