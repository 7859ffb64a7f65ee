// SPDX-License-Identifier: GPL-2.0-only
/* The history of a bundle, for people */
#include "history-json.h"

#include <string.h>

#include "engine/cpu.h"

static void print_call(FILE *f, const struct call *call)
{
	fprintf(f, "%s(", call->op->name);
	for (int i = 0; i < ENGINE_NR_ARGS && call->op->args[i].name; i++)
		fprintf(f, "%s%s %lld", i ? ", " : "", call->op->args[i].name,
			(long long)call->arg[i]);
	fputc(')', f);
	if (call->delay_us)
		fprintf(f, " after %u us", call->delay_us);
	if (call->fail_nth)
		fprintf(f, ", allocation %u fails", call->fail_nth);
}

static const struct actor_program *actor_of(const struct program *program,
					    const json_t *event)
{
	const json_t *actor = json_object_get(event, "actor");
	const char *name = json_string_value(actor);

	if (name)
		return strcmp(name, "before") ? &program->after :
						&program->before;
	return &program->actors[json_integer_value(actor)];
}

static json_int_t number_of(const json_t *event, const char *key)
{
	return json_integer_value(json_object_get(event, key));
}

static void print_event(FILE *f, const struct program *program,
			const json_t *event, json_int_t first_ns)
{
	const struct actor_program *actor = actor_of(program, event);
	const char *ended =
		json_string_value(json_object_get(event, "ended_with"));
	char name[40];

	snprintf(name, sizeof(name), "%.20s-%lld", actor->name,
		 (long long)number_of(event, "actor"));
	fprintf(f, "%12.3f ",
		(double)(number_of(event, "begin_ns") - first_ns) / 1e6);
	if (ended)
		fprintf(f, "%12.3f",
			(double)(number_of(event, "end_ns") - first_ns) / 1e6);
	else
		fprintf(f, "%12s", "under way");
	fprintf(f, "  %-16s turn %lld: ",
		json_is_string(json_object_get(event, "actor")) ? actor->name :
								  name,
		(long long)number_of(event, "turn"));
	print_call(f, &actor->calls[number_of(event, "call")]);
	fprintf(f, "%s%s\n", ended ? ": " : "", ended ?: "");
}

static void print_actor(FILE *f, const struct actor_program *actor,
			unsigned int index)
{
	int cpu = cpu_of(actor->cpu);

	fprintf(f, "%s-%u: %s%s", actor->name, index,
		actor->process ? "process" : "thread",
		actor->stranger ? ", a stranger" : "");
	if (cpu >= 0)
		fprintf(f, " on CPU %d", cpu);
	fprintf(f, ", %u turns of %u operations\n", actor->turns,
		actor->nr_calls);
}

static void print_head(FILE *f, const struct races *races, unsigned int i,
		       uint64_t number)
{
	const struct program *program = &races->given[i];

	fprintf(f, "%srace %llu of %s; ms from its begin, and end of a call\n",
		i ? "\n" : "", (unsigned long long)number,
		(races->of[i] ?: races->scenario)->name);
	for (unsigned int p = 0; p < program->nr_points; p++)
		fprintf(f, "slow: %s\n", program->points[p].text);
	for (unsigned int a = 0; a < program->nr_actors; a++)
		print_actor(f, &program->actors[a], a);
}

void history_print(FILE *f, const struct races *races, const json_t *history)
{
	const json_t *calls = json_object_get(history, "calls"), *event;
	size_t nr;

	for (unsigned int i = 0; i < races->nr_given; i++) {
		uint64_t number = races->number + 1 + i - races->nr_given;
		json_int_t first_ns = 0;

		/* of a replay that had not come to it yet */
		if (races->number + 1 + i < races->nr_given)
			continue;
		print_head(f, races, i, number);
		json_array_foreach(calls, nr, event) {
			if (number_of(event, "race") != (json_int_t)number)
				continue;
			if (!first_ns)
				first_ns = number_of(event, "begin_ns");
			print_event(f, &races->given[i], event, first_ns);
		}
	}
}
