// SPDX-License-Identifier: GPL-2.0-only
#include "program-json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <barrage/log.h>

#include "registry.h"

static json_t *call_to_json(const struct call *call)
{
	json_t *json = json_object(), *args = json_array();

	for (int i = 0; i < ENGINE_NR_ARGS && call->op->args[i].name; i++)
		json_array_append_new(args, json_integer(call->arg[i]));
	json_object_set_new(json, "op", json_string(call->op->name));
	json_object_set_new(json, "args", args);
	if (call->delay_us)
		json_object_set_new(json, "delay_us",
				    json_integer(call->delay_us));
	if (call->fail_nth)
		json_object_set_new(json, "fail_nth",
				    json_integer(call->fail_nth));
	if (call->sweep)
		json_object_set_new(json, "sweep", json_true());
	if (call->order)
		json_object_set_new(json, "order", json_integer(call->order));
	return json;
}

static json_t *actor_to_json(const struct actor_program *actor)
{
	json_t *calls = json_array(), *json;

	for (unsigned int i = 0; i < actor->nr_calls; i++)
		json_array_append_new(calls, call_to_json(&actor->calls[i]));
	json = json_pack("{s:s, s:b, s:b, s:i, s:o}", "name", actor->name,
			 "process", (int)actor->process, "stranger",
			 (int)actor->stranger, "turns", (int)actor->turns,
			 "calls", calls);
	if (actor->cpu)
		json_object_set_new(json, "cpu", json_integer(actor->cpu));
	return json;
}

json_t *program_to_json(const struct program *program)
{
	json_t *actors = json_array(), *points = json_array();

	for (unsigned int i = 0; i < program->nr_actors; i++)
		json_array_append_new(actors,
				      actor_to_json(&program->actors[i]));
	for (unsigned int i = 0; i < program->nr_points; i++)
		json_array_append_new(points,
				      json_string(program->points[i].text));
	return json_pack("{s:o, s:o, s:o, s:o}", "points", points, "before",
			 actor_to_json(&program->before), "actors", actors,
			 "after", actor_to_json(&program->after));
}

static int args_from_json(const json_t *json, struct call *call)
{
	const json_t *args = json_object_get(json, "args");
	unsigned int nr = 0;

	while (nr < ENGINE_NR_ARGS && call->op->args[nr].name)
		nr++;
	if (json_array_size(args) != nr)
		return brg_fail(-EINVAL, "%s: a wrong number of arguments",
				call->op->name);
	for (unsigned int i = 0; i < nr; i++) {
		const json_t *arg = json_array_get(args, i);
		int64_t min = call->op->args[i].min;

		/* narrower or wider than drawn, but nothing that indexes badly */
		min = min < 0 ? min : 0;
		if (!json_is_integer(arg) || json_integer_value(arg) < min)
			return brg_fail(
				-EINVAL,
				"%s: an argument is not a number from %lld up",
				call->op->name, (long long)min);
		call->arg[i] = json_integer_value(arg);
	}
	return 0;
}

static int call_from_json(const json_t *json, struct call *call)
{
	const char *name = json_string_value(json_object_get(json, "op"));

	*call = (struct call){ .op = name ? registry_op(name) : NULL };
	if (!call->op)
		return brg_fail(-EINVAL, "%s: there is no such operation",
				name ?: "a call without a name");
	call->delay_us =
		(uint32_t)json_integer_value(json_object_get(json, "delay_us"));
	call->fail_nth =
		(uint32_t)json_integer_value(json_object_get(json, "fail_nth"));
	call->sweep = json_is_true(json_object_get(json, "sweep"));
	call->order =
		(uint32_t)json_integer_value(json_object_get(json, "order"));
	return args_from_json(json, call);
}

static int actor_from_json(const json_t *json, struct actor_program *actor)
{
	const json_t *calls = json_object_get(json, "calls");
	int ret = 0;

	actor->name = json_string_value(json_object_get(json, "name"));
	actor->process = json_is_true(json_object_get(json, "process"));
	actor->stranger = json_is_true(json_object_get(json, "stranger"));
	actor->cpu =
		(unsigned int)json_integer_value(json_object_get(json, "cpu"));
	actor->turns = (unsigned int)json_integer_value(
		json_object_get(json, "turns"));
	if (!actor->name || !json_is_array(calls) ||
	    json_array_size(calls) > ENGINE_MAX_CALLS)
		return brg_fail(-EINVAL,
				"%s: no actor: it has a name, turns and calls",
				actor->name ?: "without a name");
	for (size_t i = 0; !ret && i < json_array_size(calls); i++)
		ret = call_from_json(json_array_get(calls, i),
				     &actor->calls[actor->nr_calls++]);
	return ret;
}

static int points_from_json(const json_t *points, struct program *program)
{
	if (json_array_size(points) > ENGINE_MAX_POINTS)
		return brg_fail(-EINVAL, "too many points");
	for (size_t i = 0; i < json_array_size(points); i++) {
		const char *text = json_string_value(json_array_get(points, i));

		if (!text || strlen(text) >= ENGINE_POINT_BYTES)
			return brg_fail(-EINVAL,
					"a point is no text, or too long");
		strcpy(program->points[program->nr_points++].text, text);
	}
	return 0;
}

int program_from_json(const json_t *json, struct program *program)
{
	const json_t *actors = json_object_get(json, "actors");
	int ret;

	memset(program, 0, sizeof(*program));
	if (json_array_size(actors) > ENGINE_MAX_ACTORS)
		return brg_fail(-EINVAL, "too many actors");
	ret = points_from_json(json_object_get(json, "points"), program);
	if (!ret)
		ret = actor_from_json(json_object_get(json, "before"),
				      &program->before);
	for (size_t i = 0; !ret && i < json_array_size(actors); i++)
		ret = actor_from_json(json_array_get(actors, i),
				      &program->actors[program->nr_actors++]);
	if (!ret)
		ret = actor_from_json(json_object_get(json, "after"),
				      &program->after);
	return ret;
}
