// SPDX-License-Identifier: GPL-2.0-only
/* What is read and written through a mapping */
#include "step.h"

#include <signal.h>

static bool can_access(const struct model *model, const struct model_slot *slot)
{
	if (slot->kind == SLOT_P2P)
		return slot->alive;
	if (slot->kind == SLOT_DMABUF && model->bufs[slot->buf].dead)
		return false;
	return model_responds(model) && !model->registered;
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
void step_forget_registered(struct model *model)
{
	for (unsigned int i = 0; i < model->reg_pages; i++)
		model->bytes[(model->reg_first + i) % MODEL_BAR_PAGES] =
			MODEL_UNKNOWN;
}

int step_poke(struct step *step)
{
	struct model_slot *slot = step_slot(step, 0);

	if (slot->kind == SLOT_EMPTY)
		return DONE_NOTHING;
	if (!can_access(step->model, slot))
		return DONE_SIGNAL(SIGBUS);
	*byte_of(step->model, slot,
		 (unsigned int)step->arg[1] % slot->nr_pages) =
		(int)step->arg[2];
	if (slot->kind == SLOT_P2P)
		step_forget_registered(step->model);
	return 0;
}

int step_peek(struct step *step)
{
	struct model_slot *slot = step_slot(step, 0);
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
