// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../engine/ops.h"
#include "../engine/power.h"

#define PAGES_PER_UNIT 512 /* arguments count in 2 MiB */

/* one operation, on its way through the model */
struct step {
	struct model *model;
	struct model_slot *slots;
	const int64_t *arg;
	int result;
};

void model_init(struct model *model)
{
	memset(model, 0, sizeof(*model));
	model->memory = true;
	for (unsigned int i = 0; i < MODEL_BAR_PAGES; i++)
		model->bytes[i] = MODEL_UNKNOWN;
	for (unsigned int a = 0; a < ENGINE_MAX_ACTORS; a++)
		for (unsigned int i = 0; i < SLOT_NR_OWN; i++)
			model->slots[a][i].fd = -1;
}

static bool responds(const struct model *model)
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

static void unmap(struct model *model, struct model_slot *slot)
{
	if (slot->kind == SLOT_DMABUF)
		model->bufs[slot->buf].refs--;
	slot->kind = SLOT_EMPTY;
	slot->alive = false;
}

static void close_fd(struct model *model, struct model_slot *slot)
{
	if (slot->fd >= 0)
		model->bufs[slot->fd].refs--;
	slot->fd = -1;
}

static struct model_slot *slot_at(const struct step *step, int arg)
{
	return &step->slots[step->arg[arg] % SLOT_NR_OWN];
}

static int register_(struct step *step)
{
	struct model *model = step->model;

	if (model->registered)
		return -EEXIST;
	if (!responds(model))
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

static int query(struct step *step)
{
	return 0;
}

static int read_pool(struct step *step)
{
	return step->model->registered ? 0 : -ENOENT;
}

/* The slot is empty before anything can fail, but where there is no pool. */
static int p2p_map(struct step *step)
{
	struct model_slot *slot = slot_at(step, 0);

	if (!step->model->registered)
		return -ENOENT;
	unmap(step->model, slot);
	if (!responds(step->model))
		return -EAGAIN;
	slot->kind = SLOT_P2P;
	slot->alive = true;
	slot->nr_pages = (unsigned int)step->arg[1];
	for (unsigned int i = 0; i < MODEL_P2P_PAGES; i++)
		slot->bytes[i] = MODEL_UNKNOWN;
	return 0;
}

static int bar_map(struct step *step)
{
	struct model_slot *slot = slot_at(step, 0);

	unmap(step->model, slot);
	if (step->model->registered)
		return -EBUSY;
	slot->kind = SLOT_BAR;
	slot->first_page = (unsigned int)step->arg[1];
	slot->nr_pages = (unsigned int)step->arg[2];
	return 0;
}

static int export(struct step *step)
{
	struct model *model = step->model;
	struct model_slot *slot = slot_at(step, 0);

	if (model->registered)
		return -EBUSY;
	close_fd(model, slot);
	slot->fd = (int)model->nr_bufs++;
	model->bufs[slot->fd] = (struct model_buf){
		.refs = 1,
		.first_page = (unsigned int)step->arg[1] * PAGES_PER_UNIT,
		.nr_pages = (unsigned int)step->arg[2] * PAGES_PER_UNIT,
	};
	return 0;
}

static int dmabuf_map(struct step *step)
{
	struct model_slot *slot = slot_at(step, 0), *from = slot_at(step, 1);
	int buf = from->fd;

	if (buf < 0)
		return DONE_NOTHING;
	unmap(step->model, slot);
	if (step->model->bufs[buf].dead)
		return -ENODEV;
	slot->kind = SLOT_DMABUF;
	slot->buf = buf;
	slot->nr_pages = step->model->bufs[buf].nr_pages;
	step->model->bufs[buf].refs++;
	return 0;
}

static int dmabuf_close(struct step *step)
{
	struct model_slot *slot = slot_at(step, 0);

	if (slot->fd < 0)
		return DONE_NOTHING;
	close_fd(step->model, slot);
	return 0;
}

static int dmabuf_revoke(struct step *step)
{
	struct model_slot *slot = slot_at(step, 0);

	if (slot->fd < 0)
		return DONE_NOTHING;
	step->model->bufs[slot->fd].dead = true;
	return 0;
}

static int unmap_(struct step *step)
{
	struct model_slot *slot = slot_at(step, 0);

	if (slot->kind == SLOT_EMPTY)
		return DONE_NOTHING;
	unmap(step->model, slot);
	return 0;
}

/* Back on the bus are, where they were, all but mappings of P2P memory. */
static int reset(struct step *step)
{
	end_p2p(step->model);
	return 0;
}

/* Memory is given up before low power is refused. */
static int power_off(struct step *step)
{
	struct model *model = step->model;

	end_p2p(model);
	if (step->arg[0] == POWER_MEMORY) {
		model->memory = false;
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

static bool can_access(const struct model *model, const struct model_slot *slot)
{
	if (slot->kind == SLOT_P2P)
		return slot->alive;
	if (slot->kind == SLOT_DMABUF && model->bufs[slot->buf].dead)
		return false;
	return responds(model) && !model->registered;
}

/* where the model keeps the byte of a page */
static int *byte_of(struct model *model, struct model_slot *slot,
		    unsigned int page)
{
	if (slot->kind == SLOT_P2P)
		return &slot->bytes[page % MODEL_P2P_PAGES];
	if (slot->kind == SLOT_DMABUF)
		page += model->bufs[slot->buf].first_page;
	else
		page += slot->first_page;
	return &model->bytes[page % MODEL_BAR_PAGES];
}

/* The kernel chooses what pages of the BAR a mapping of P2P memory has. */
static void forget_bytes(struct model *model)
{
	for (unsigned int i = 0; i < model->reg_pages; i++)
		model->bytes[(model->reg_first + i) % MODEL_BAR_PAGES] =
			MODEL_UNKNOWN;
}

static int poke(struct step *step)
{
	struct model_slot *slot = slot_at(step, 0);

	if (slot->kind == SLOT_EMPTY)
		return DONE_NOTHING;
	if (!can_access(step->model, slot))
		return DONE_SIGNAL(SIGBUS);
	*byte_of(step->model, slot,
		 (unsigned int)step->arg[1] % slot->nr_pages) =
		(int)step->arg[2];
	if (slot->kind == SLOT_P2P)
		forget_bytes(step->model);
	return 0;
}

static int peek(struct step *step)
{
	struct model_slot *slot = slot_at(step, 0);
	int *byte;

	if (slot->kind == SLOT_EMPTY)
		return DONE_NOTHING;
	if (!can_access(step->model, slot))
		return DONE_SIGNAL(SIGBUS);
	byte = byte_of(step->model, slot,
		       (unsigned int)step->arg[1] % slot->nr_pages);
	if (*byte == MODEL_UNKNOWN && step->result >= DONE_BYTE(0))
		*byte = step->result - DONE_BYTE(0);
	return *byte == MODEL_UNKNOWN ? DONE_BYTE(0) : DONE_BYTE(*byte);
}

static const struct {
	const struct op *op;
	int (*step)(struct step *step);
} steps[] = {
	{ &op_register, register_ },
	{ &op_unregister, unregister },
	{ &op_query, query },
	{ &op_read_pool, read_pool },
	{ &op_p2p_map, p2p_map },
	{ &op_bar_map, bar_map },
	{ &op_export, export },
	{ &op_dmabuf_map, dmabuf_map },
	{ &op_dmabuf_close, dmabuf_close },
	{ &op_dmabuf_revoke, dmabuf_revoke },
	{ &op_unmap, unmap_ },
	{ &op_reset, reset },
	{ &op_power_off, power_off },
	{ &op_power_on, power_on },
	{ &op_poke, poke },
	{ &op_peek, peek },
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
