// SPDX-License-Identifier: GPL-2.0-only
#include "history-json.h"

#include <stdlib.h>

#define NR_LOGS (ENGINE_MAX_ACTORS + 2)

/* an entry, and whose it is */
struct event {
	unsigned int log;
	struct history_entry entry;
};

struct events {
	size_t nr;
	struct event *events;
};

/* which of the races kept; NULL: none of them */
static const struct program *program_of(const struct races *races,
					uint64_t number)
{
	uint64_t back = races->number - number;

	if (number > races->number || back >= races->nr_given)
		return NULL;
	return &races->given[races->nr_given - 1 - back];
}

static const struct actor_program *
actor_program_of(const struct program *program, unsigned int log)
{
	if (log == LOG_BEFORE)
		return &program->before;
	if (log == LOG_AFTER)
		return &program->after;
	return log < program->nr_actors ? &program->actors[log] : NULL;
}

static json_t *actor_to_json(unsigned int log)
{
	if (log == LOG_BEFORE)
		return json_string("before");
	if (log == LOG_AFTER)
		return json_string("after");
	return json_integer((int)log);
}

/* May its ring lack a part of these races? The last of them may be long over. */
static bool is_cut(const struct races *races, const struct history *history)
{
	const struct history_entry *oldest = history_get(history, 0);

	return atomic_load(&history->nr) > HISTORY_NR &&
	       (uint64_t)oldest->race + races->nr_given > races->number;
}

static int by_begin(const void *a, const void *b)
{
	const struct event *one = a, *other = b;

	if (one->entry.begin_ns != other->entry.begin_ns)
		return one->entry.begin_ns < other->entry.begin_ns ? -1 : 1;
	return 0;
}

static int gather(const struct races *races, const struct shared *shared,
		  struct events *events)
{
	events->nr = 0;
	events->events = malloc(NR_LOGS * HISTORY_NR * sizeof(*events->events));
	if (!events->events)
		return -ENOMEM;
	for (unsigned int log = 0; log < NR_LOGS; log++) {
		const struct history_entry *entry;

		for (uint32_t i = 0;
		     (entry = history_get(&shared->history[log], i)) &&
		     i < HISTORY_NR;
		     i++)
			if (program_of(races, entry->race))
				events->events[events->nr++] = (struct event){
					.log = log,
					.entry = *entry,
				};
	}
	qsort(events->events, events->nr, sizeof(*events->events), by_begin);
	return 0;
}

static json_t *event_to_json(const struct races *races,
			     const struct event *event)
{
	const struct history_entry *entry = &event->entry;
	const struct program *program = program_of(races, entry->race);
	const struct actor_program *actor =
		program ? actor_program_of(program, event->log) : NULL;
	json_t *json;
	char text[32];

	if (!actor || entry->call >= actor->nr_calls)
		return NULL;
	json = json_pack("{s:I, s:o, s:i, s:i, s:s, s:I}", "race",
			 (json_int_t)entry->race, "actor",
			 actor_to_json(event->log), "turn", (int)entry->turn,
			 "call", (int)entry->call, "op",
			 actor->calls[entry->call].op->name, "begin_ns",
			 (json_int_t)entry->begin_ns);
	if (!json || !entry->end_ns)
		return json;
	json_object_set_new(json, "end_ns",
			    json_integer((json_int_t)entry->end_ns));
	json_object_set_new(json, "result", json_integer(entry->result));
	json_object_set_new(
		json, "ended_with",
		json_string(engine_result_text(entry->result, text)));
	return json;
}

json_t *history_to_json(const struct races *races, const struct shared *shared)
{
	json_t *cut = json_array(), *calls = json_array();
	struct events events;

	if (gather(races, shared, &events))
		return NULL;
	for (unsigned int log = 0; log < NR_LOGS; log++)
		if (is_cut(races, &shared->history[log]))
			json_array_append_new(cut, actor_to_json(log));
	for (size_t i = 0; i < events.nr; i++) {
		json_t *json = event_to_json(races, &events.events[i]);

		if (json)
			json_array_append_new(calls, json);
	}
	free(events.events);
	return json_pack("{s:s, s:o, s:o}", "schema", HISTORY_SCHEMA, "cut",
			 cut, "calls", calls);
}
