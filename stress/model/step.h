/* SPDX-License-Identifier: GPL-2.0-only */
/* step - operations, each on its way through the model */
#ifndef STRESS_MODEL_STEP_H
#define STRESS_MODEL_STEP_H

#include "model.h"

#define PAGES_PER_UNIT 512 /* arguments count in 2 MiB */

/**
 * struct step - one operation
 * @model: goes on
 * @slots: of its actor
 * @arg: as it was called with
 * @result: as it has ended
 */
struct step {
	struct model *model;
	struct model_slot *slots;
	const int64_t *arg;
	int result;
};

/** model_responds - is the memory on the bus? */
bool model_responds(const struct model *model);

/** step_forget_registered - what the BAR has where it is registered nobody knows now */
void step_forget_registered(struct model *model);

/** step_slot - the slot that an argument names */
static inline struct model_slot *step_slot(const struct step *step, int arg)
{
	return &step->slots[step->arg[arg] % SLOT_NR_OWN];
}

/* Each returns what it must have ended with. slots.c: */
int step_p2p_map(struct step *step);
int step_bar_map(struct step *step);
int step_export(struct step *step);
int step_dmabuf_map(struct step *step);
int step_dmabuf_close(struct step *step);
int step_dmabuf_revoke(struct step *step);
int step_unmap(struct step *step);

/* access.c: */
int step_poke(struct step *step);
int step_peek(struct step *step);

#endif
