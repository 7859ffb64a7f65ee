// SPDX-License-Identifier: GPL-2.0-only
/* What actors hold: mappings and dma-bufs */
#include "step.h"

#include <errno.h>

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

/* The slot is empty before anything can fail, but where there is no pool. */
int step_p2p_map(struct step *step)
{
	struct model_slot *slot = step_slot(step, 0);

	if (!step->model->registered)
		return -ENOENT;
	unmap(step->model, slot);
	if (!model_responds(step->model))
		return -EAGAIN;
	slot->kind = SLOT_P2P;
	slot->alive = true;
	slot->nr_pages = (unsigned int)step->arg[1];
	for (unsigned int i = 0; i < MODEL_P2P_PAGES; i++)
		slot->bytes[i] = MODEL_UNKNOWN;
	return 0;
}

int step_bar_map(struct step *step)
{
	struct model_slot *slot = step_slot(step, 0);

	unmap(step->model, slot);
	if (step->model->registered)
		return -EBUSY;
	slot->kind = SLOT_BAR;
	slot->first_page = (unsigned int)step->arg[1];
	slot->nr_pages = (unsigned int)step->arg[2];
	return 0;
}

int step_export(struct step *step)
{
	struct model *model = step->model;
	struct model_slot *slot = step_slot(step, 0);

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

int step_dmabuf_map(struct step *step)
{
	struct model_slot *slot = step_slot(step, 0),
			  *from = step_slot(step, 1);
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

int step_dmabuf_close(struct step *step)
{
	struct model_slot *slot = step_slot(step, 0);

	if (slot->fd < 0)
		return DONE_NOTHING;
	close_fd(step->model, slot);
	return 0;
}

int step_dmabuf_revoke(struct step *step)
{
	struct model_slot *slot = step_slot(step, 0);

	if (slot->fd < 0)
		return DONE_NOTHING;
	step->model->bufs[slot->fd].dead = true;
	return 0;
}

int step_unmap(struct step *step)
{
	struct model_slot *slot = step_slot(step, 0);

	if (slot->kind == SLOT_EMPTY)
		return DONE_NOTHING;
	unmap(step->model, slot);
	return 0;
}
