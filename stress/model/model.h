/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model - what a BAR is and does, as the kernel documents it
 *
 * A state machine beside the kernel's: none, registered, exported, mapped; memory
 * on the bus or not, and what is registered frozen meanwhile; revoked for good or
 * until the device is back. It is told each operation that was done, one after the
 * other, and says what it must have ended with. Where the two disagree, one of them is
 * wrong. A registration that drains is one only while an operation waits for it: that
 * one looks itself, see ops-drain.c.
 */
#ifndef STRESS_MODEL_H
#define STRESS_MODEL_H

#include "../engine/engine.h"

#define MODEL_BAR_PAGES 2048
#define MODEL_P2P_PAGES 16
#define MODEL_MAX_BUFS (ENGINE_MAX_ACTORS * ENGINE_MAX_CALLS)
#define MODEL_UNKNOWN (-1)

/** struct model_buf - a dma-buf: there for as long as a file or a mapping holds it */
struct model_buf {
	unsigned int refs;
	bool dead;
	unsigned int first_page;
	unsigned int nr_pages;
};

/**
 * struct model_slot - an actor's slot
 * @kind: of the mapping
 * @alive: SLOT_P2P: nothing has ended it
 * @buf: SLOT_DMABUF: which is mapped
 * @first_page: SLOT_BAR: of the BAR
 * @nr_pages: of the mapping
 * @bytes: SLOT_P2P: the first of each page, or MODEL_UNKNOWN
 * @fd: dma-buf that is open; -1 for none
 */
struct model_slot {
	enum slot_kind kind;
	bool alive;
	int buf;
	unsigned int first_page;
	unsigned int nr_pages;
	int bytes[MODEL_P2P_PAGES];
	int fd;
};

/**
 * struct model - a BAR and those who use it
 * @registered: as P2P memory
 * @reg_first: first page of that
 * @reg_pages: how many
 * @memory: COMMAND.MEM
 * @low: low power was entered
 * @vf: it has no such bit: to turn it off takes away mappings, no more
 * @forgets: what takes it from the bus empties its memory
 * @paths: of the device: bit of each enum power_path that it has
 * @disk: there is one for I/O
 * @bytes: the first of each page, or MODEL_UNKNOWN
 * @nr_bufs: dma-bufs that ever were
 * @bufs: those
 * @slots: of each actor
 */
struct model {
	bool registered;
	unsigned int reg_first;
	unsigned int reg_pages;
	bool memory;
	bool vf;
	bool low;
	bool forgets;
	unsigned int paths;
	bool disk;
	int bytes[MODEL_BAR_PAGES];
	unsigned int nr_bufs;
	struct model_buf bufs[MODEL_MAX_BUFS];
	struct model_slot slots[ENGINE_MAX_ACTORS][SLOT_NR_OWN];
};

/**
 * model_init - an open device, nothing done to it yet
 * @world: with the device, and a disk if there is one
 */
void model_init(struct model *model, const struct world *world);

/**
 * model_step - an operation was done
 * @model: goes on to what is true after it
 * @actor: index of who did it
 * @call: what
 * @result: as it ended; where the model cannot know (a byte that nobody wrote, an
 *	operation that it does not know) it takes this for granted
 *
 * Return: what it must have ended with.
 */
int model_step(struct model *model, unsigned int actor, const struct call *call,
	       int result);

/** model_check - for ordered scenarios: compare all of a race */
void model_check(struct world *world, const struct program *program);

#endif
