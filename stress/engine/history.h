/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * history - which call of which actor began and ended when, in the last races
 *
 * Each actor has a ring of its own, so that to write it costs the race no lock and
 * no memory that others write. What is read while actors are at work, since they
 * hang, is right but for calls that end just then.
 */
#ifndef STRESS_HISTORY_H
#define STRESS_HISTORY_H

#include <stdatomic.h>
#include <stdint.h>

#define HISTORY_NR 1024

/**
 * struct history_entry - a call
 * @race: number of the race
 * @turn: of its actor, from 0
 * @call: index in the actor's program
 * @result: as it ended
 * @begin_ns: CLOCK_MONOTONIC
 * @end_ns: 0 where it is under way
 */
struct history_entry {
	uint32_t race;
	uint16_t turn;
	uint16_t call;
	int32_t result;
	uint64_t begin_ns;
	uint64_t end_ns;
};

/**
 * struct history - of an actor; zeroed there is none
 * @nr: calls that ever began; the last HISTORY_NR are there
 * @ring: entry n is at n modulo HISTORY_NR
 */
struct history {
	_Atomic uint32_t nr;
	struct history_entry ring[HISTORY_NR];
};

/** history_begin - a call begins: its entry, for history_end() */
struct history_entry *history_begin(struct history *history, uint32_t race,
				    unsigned int turn, unsigned int call,
				    uint64_t now_ns);

/** history_end - it has ended */
void history_end(struct history_entry *entry, int result, uint64_t now_ns);

/**
 * history_get - an entry that is still there
 * @number: counted from the oldest that is, from 0
 *
 * Return: NULL behind the last.
 */
const struct history_entry *history_get(const struct history *history,
					uint32_t number);

#endif
