// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

/* who did the call of an order: its actor and index; false behind the last */
static bool find(const struct program *program, uint32_t order,
		 unsigned int *actor, unsigned int *index)
{
	for (unsigned int a = 0; a < program->nr_actors; a++)
		for (unsigned int i = 0; i < program->actors[a].nr_calls; i++)
			if (program->actors[a].calls[i].order == order) {
				*actor = a;
				*index = i;
				return true;
			}
	return false;
}

static void disagree(struct world *world, const struct call *call,
		     unsigned int actor, int result, int wanted)
{
	char got[32], should[32];

	engine_wrong(
		world, ORACLE_MODEL,
		"operation %u, %s(%lld, %lld, %lld, %lld) by actor %u, ended with %s; the model has %s",
		call->order, call->op->name, (long long)call->arg[0],
		(long long)call->arg[1], (long long)call->arg[2],
		(long long)call->arg[3], actor, engine_result_text(result, got),
		engine_result_text(wanted, should));
}

void model_check(struct world *world, const struct program *program)
{
	struct model *model = malloc(sizeof(*model));
	unsigned int actor, index;

	if (!model) {
		engine_cannot(world, "out of memory for the model");
		return;
	}
	model_init(model, world);
	for (uint32_t order = 1; find(program, order, &actor, &index);
	     order++) {
		const struct call *call = &program->actors[actor].calls[index];
		int result = world->shared->log[actor].last[index];
		int wanted = model_step(model, actor, call, result);

		if (result != wanted) {
			disagree(world, call, actor, result, wanted);
			break;
		}
	}
	free(model);
}
