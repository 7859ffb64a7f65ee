/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * still - a race in which nothing happens any more
 *
 * A machine whose CPUs others have is slow, and its tasks wait for their turn:
 * they can run. A deadlock is something else: all tasks sleep, none has used the
 * CPU, no operation ends and no disk is at work, for a time that nothing in a race
 * takes that is to end by itself.
 */
#ifndef STRESS_STILL_H
#define STRESS_STILL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Longer than what ends by itself: ten seconds is what a reset through sysfs waits,
 * and an importer for an interrupt that is lost. What takes longer says so, see
 * actor_may_sleep(), or is seen to wait for hardware: after a reset Linux asks a
 * device for up to a minute whether it is there again (pci_dev_wait()).
 */
#define STILL_LIMIT_S 12
#define STILL_HARDWARE_S 65
#define STILL_MAX_LEFT 8

/**
 * struct still - what was seen so far; zeroed but for @disks
 * @disks: block devices that the race uses, as the kernel names them; NULL or "" for
 *	none
 * @beat: of the race
 * @ticks: CPU time of all its tasks
 * @next_ns: when to look again
 * @nr_looks: how often in a row nothing had happened
 * @nr_slow: how often in a row nothing but that a task waited for hardware
 * @left: processes that were to look, and do not answer; they are of the group
 * @nr_left: how many
 */
struct still {
	const char *disks[2];
	uint64_t beat;
	uint64_t ticks;
	uint64_t next_ns;
	unsigned int nr_looks;
	unsigned int nr_slow;
	pid_t left[STILL_MAX_LEFT];
	unsigned int nr_left;
};

/**
 * still_look - has it been still for STILL_LIMIT_S?
 * @still: the same one each time
 * @group: process group of the race, led by a child
 * @beat: a number that changes when something ends
 * @now_ns: CLOCK_MONOTONIC
 *
 * To be called often: it looks once a second. A process aside reads /proc, since that may
 * never end where a task of the group dies; who does not answer within five seconds is
 * left, to be killed with the group, and the next one sees it there.
 */
bool still_look(struct still *still, pid_t group, uint64_t beat,
		uint64_t now_ns);

/**
 * still_is_hardware - does a task wait for hardware?
 * @wchan: the function that it sleeps in
 * @caller: who called that, "" where nobody knows
 */
bool still_is_hardware(const char *wchan, const char *caller);

#endif
