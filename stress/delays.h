/* SPDX-License-Identifier: GPL-2.0-only */
/* delays - the points of a race, put into the kernel */
#ifndef STRESS_DELAYS_H
#define STRESS_DELAYS_H

#include <barrage/amplifier.h>

#include "engine/engine.h"

#define DELAYS_MAX_ABSENT 16

/**
 * struct delays - those that are in force
 * @amplifier: closed where delays cannot be had, or are not wanted
 * @nr: how many points
 * @ids: as the amplifier calls them
 * @offsets: of those whose place was drawn when they were added, in bytes; 0
 * @nr_passed: tasks that came by points, so far
 * @nr_delayed: of those, how many were made slow
 * @nr_absent: how many of @absent
 * @absent: texts of points that this kernel has no place for
 */
struct delays {
	struct brg_amplifier amplifier;
	unsigned int nr;
	int ids[ENGINE_MAX_POINTS];
	uint32_t offsets[ENGINE_MAX_POINTS];
	uint64_t nr_passed;
	uint64_t nr_delayed;
	unsigned int nr_absent;
	char absent[DELAYS_MAX_ABSENT][ENGINE_POINT_BYTES];
};

/**
 * delays_open - by the process whose children and threads are meant
 * @wanted: otherwise delays_set() does nothing
 *
 * Where the kernel cannot, it says so in one line and goes on without.
 */
void delays_open(struct delays *delays, bool wanted);

/**
 * delays_set - those of a race, in place of those of the one before
 *
 * Blocks until no task is at an old one. What a kernel has no place for is told
 * once, and left out. The same ones again begin anew, each as often as it may act
 * in a race.
 */
void delays_set(struct delays *delays, const struct program *program);

/**
 * delays_name - put into texts what was drawn when the points were added
 * @offsets: of each point of the race, in bytes; 0: none
 *
 * A text with "+any" becomes one with "+0x1f", which is at the same place again.
 */
void delays_name(struct program *program,
		 const uint32_t offsets[ENGINE_MAX_POINTS]);

/** delays_close - none is in force any more */
void delays_close(struct delays *delays);

#endif
