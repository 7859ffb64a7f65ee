// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <errno.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>

#include "../engine/ops.h"
#include "../engine/power.h"
#include "step.h"

static void forget_all(struct model *model)
{
	for (unsigned int i = 0; i < MODEL_BAR_PAGES; i++)
		model->bytes[i] = MODEL_UNKNOWN;
}

void model_init(struct model *model, const struct world *world)
{
	memset(model, 0, sizeof(*model));
	model->memory = true;
	model->vf = world->device.vf;
	model->forgets = world->device.forgets;
	model->paths = world->device.paths;
	model->disk = world->disk >= 0;
	forget_all(model);
	for (unsigned int a = 0; a < ENGINE_MAX_ACTORS; a++)
		for (unsigned int i = 0; i < SLOT_NR_OWN; i++)
			model->slots[a][i].fd = -1;
}

bool model_responds(const struct model *model)
{
	return model->memory && !model->low;
}

/* Those that are not revoked for good keep the BAR from being registered. */
static bool is_exported(const struct model *model)
{
	for (unsigned int i = 0; i < model->nr_bufs; i++)
		if (model->bufs[i].refs && !model->bufs[i].dead)
			return true;
	return false;
}

/* what the device loses, mappings of P2P memory lose for good */
static void end_p2p(struct model *model)
{
	for (unsigned int a = 0; a < ENGINE_MAX_ACTORS; a++)
		for (unsigned int i = 0; i < SLOT_NR_OWN; i++)
			model->slots[a][i].alive = false;
}

static int register_(struct step *step)
{
	struct model *model = step->model;

	if (model->registered)
		return -EEXIST;
	if (!model_responds(model))
		return -EIO;
	if (is_exported(model))
		return -EBUSY;
	model->registered = true;
	model->reg_first = (unsigned int)step->arg[0] * PAGES_PER_UNIT;
	model->reg_pages = (unsigned int)step->arg[1] * PAGES_PER_UNIT;
	return 0;
}

static int unregister(struct step *step)
{
	if (!step->model->registered)
		return -ENOENT;
	step->model->registered = false;
	end_p2p(step->model);
	return 0;
}

/* What is registered is frozen for as long as the device does not respond. */
static int query(struct step *step)
{
	const struct model *model = step->model;

	if (!model->registered)
		return DONE_BYTE(VFIO_P2P_STATE_NONE);
	return DONE_BYTE(model_responds(model) ? VFIO_P2P_STATE_LIVE :
						 VFIO_P2P_STATE_FROZEN);
}

static int read_pool(struct step *step)
{
	return step->model->registered ? 0 : -ENOENT;
}

/* what takes the memory from the bus does to those who use it */
static void take_off(struct model *model)
{
	end_p2p(model);
	if (model->forgets)
		forget_all(model);
}

static bool has_path(const struct model *model, int64_t path)
{
	return model->paths & 1u << path;
}

/*
 * Back on the bus are, where they were, all but mappings of P2P memory. That is so
 * for D3hot with D0 after it as well.
 */
static int reset(struct step *step)
{
	if (!has_path(step->model, step->arg[0]))
		return DONE_NOTHING;
	take_off(step->model);
	return 0;
}

/* Is there memory for I/O to have? Mapped, it is as good as gone then. */
static bool pin(struct step *step)
{
	const int64_t arg[ENGINE_NR_ARGS] = { step->arg[0], 1 };
	struct step map = *step;

	map.arg = arg;
	if (step_p2p_map(&map) || !step->model->disk)
		return false;
	step_forget_registered(step->model);
	end_p2p(step->model);
	return true;
}

static int unregister_pinned(struct step *step)
{
	if (!pin(step))
		return DONE_NOTHING;
	if (step->arg[3])
		return -ETIMEDOUT;
	step->model->registered = false;
	return 0;
}

/* What is undone leaves all as it was, but mappings of P2P memory. */
static int reset_pinned(struct step *step)
{
	if (!has_path(step->model, step->arg[2]) || !pin(step))
		return DONE_NOTHING;
	return -EBUSY;
}

/* Memory is given up before low power is refused. */
static int power_off(struct step *step)
{
	struct model *model = step->model;

	take_off(model);
	if (step->arg[0] == POWER_MEMORY) {
		model->memory = model->vf;
		return 0;
	}
	/* EINVAL of the kernel: see low_power() of power.c */
	if (model->low)
		return -EBUSY;
	model->low = true;
	return 0;
}

static int power_on(struct step *step)
{
	if (step->arg[0] == POWER_MEMORY)
		step->model->memory = true;
	else
		step->model->low = false;
	return 0;
}

static const struct {
	const struct op *op;
	int (*step)(struct step *step);
} steps[] = {
	{ &op_register, register_ },
	{ &op_unregister, unregister },
	{ &op_query, query },
	{ &op_read_pool, read_pool },
	{ &op_p2p_map, step_p2p_map },
	{ &op_bar_map, step_bar_map },
	{ &op_export, step_export },
	{ &op_dmabuf_map, step_dmabuf_map },
	{ &op_dmabuf_close, step_dmabuf_close },
	{ &op_dmabuf_revoke, step_dmabuf_revoke },
	{ &op_unmap, step_unmap },
	{ &op_unregister_pinned, unregister_pinned },
	{ &op_reset, reset },
	{ &op_reset_pinned, reset_pinned },
	{ &op_power_off, power_off },
	{ &op_power_on, power_on },
	{ &op_poke, step_poke },
	{ &op_peek, step_peek },
};

int model_step(struct model *model, unsigned int actor, const struct call *call,
	       int result)
{
	struct step step = {
		.model = model,
		.slots = model->slots[actor],
		.arg = call->arg,
		.result = result,
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (steps[i].op == call->op)
			return steps[i].step(&step);
	return result;
}
