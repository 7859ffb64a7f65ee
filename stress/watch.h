/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watch - a scenario's races in a process of their own, watched by this one
 *
 * Nothing that goes wrong with the device can make this process hang: it reads the
 * kernel log, and looks whether the races go on. Before and after them others bind
 * the device for it, see errand.h; and others look at tasks, see still.h, and write
 * bundles.
 */
#ifndef STRESS_WATCH_H
#define STRESS_WATCH_H

#include <jansson.h>

#include "machine.h"
#include "races.h"

/**
 * struct outcome - how a scenario ended
 * @status: pass, fail or error
 * @provider: address of the device that was attacked; "" for none
 * @oracle: who noticed, in case of a failure
 * @text: what it was, in one line
 * @rounds: races that were begun, on all devices
 * @nr_calls: operations that were done
 * @nr_passed: tasks that came by a place where the kernel may be slow
 * @nr_delayed: of those, how many were made slow
 * @nr_failed: calls of which an allocation was made to fail
 * @nr_seen_by_host: looks from the host at what must not change, see sightings.h
 * @nr_seen_by_device: likewise, through the device
 * @ledger: what was compared of it, see ledger_end()
 * @seed: of the races on the device that was the last
 * @round: number that this seed gives to the race that failed, or that was under way
 *	then
 * @of: the scenario that this one was drawn from; NULL where none failed
 * @seconds: since the first race began: until the failure, or the end
 * @unkillable: processes are left that SIGKILL does not end
 * @made_on: of a bundle that was read: what environment_of() had there; never freed.
 *	NULL: it happened here
 */
struct outcome {
	enum stress_status status;
	char provider[BRG_PCI_BDF_BYTES];
	enum oracle oracle;
	char text[512];
	uint64_t rounds;
	uint64_t nr_calls;
	uint64_t nr_passed;
	uint64_t nr_delayed;
	uint64_t nr_failed;
	uint64_t nr_seen_by_host;
	uint64_t nr_seen_by_device;
	unsigned int ledger;
	uint64_t seed;
	uint64_t round;
	const char *of;
	double seconds;
	bool unkillable;
	json_t *made_on;
};

/** outcome_error - the harness itself failed, of which @text says more */
void outcome_error(struct outcome *outcome, const char *text);

/**
 * watch_races - run races until there is no time left, or one fails
 * @options: for how long; @bundles gets a bundle of a failure
 * @machine: open
 * @races: which
 * @outcome: receives how it ended
 *
 * Bounded: what does not end is killed, what cannot be killed is left.
 */
void watch_races(const struct stress_options *options, struct machine *machine,
		 const struct races *races, struct outcome *outcome);

/* so begins what watch_after() has to say */
#define WATCH_AFTER "after the races: "

/**
 * watch_after - look once more what the kernel says, now that races have ended
 * @options: @bundles gets a bundle of a failure
 * @machine: where
 * @outcome: of the last races, which fails where it had passed
 *
 * Fails as well where a process is left that asks devices for what never ends.
 *
 * To be called after whatever may make the kernel say more, and before somebody
 * else may be taken for the culprit.
 */
void watch_after(const struct stress_options *options, struct machine *machine,
		 struct outcome *outcome);

#endif
