/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * clock - one monotonic clock, and what kind of time it shows
 *
 * Below an emulator that counts instructions, nanoseconds are instructions:
 * figures repeat, but are no hardware times. A record says which it holds.
 */
#ifndef BARRAGE_CLOCK_H
#define BARRAGE_CLOCK_H

#include <stdint.h>

enum brg_clock_kind {
	BRG_CLOCK_WALL,
	BRG_CLOCK_ICOUNT,
};

/** brg_clock_now_ns - CLOCK_MONOTONIC, in nanoseconds */
uint64_t brg_clock_now_ns(void);

/** brg_clock_cpu_ns - CPU time of the whole process, user and system */
uint64_t brg_clock_cpu_ns(void);

/** brg_clock_kind - what the environment's BARRAGE_CLOCK says; default wall */
enum brg_clock_kind brg_clock_kind(void);

/**
 * brg_clock_kind_name - "wall" or "icount"
 * @kind: of clock
 */
const char *brg_clock_kind_name(enum brg_clock_kind kind);

/**
 * brg_clock_sleep_ns - sleep on, through signals
 * @ns: how long, on the monotonic clock
 */
void brg_clock_sleep_ns(uint64_t ns);

/**
 * brg_clock_left_ms - what is left until a deadline, for poll()
 * @deadline_ns: on brg_clock_now_ns()
 *
 * Return: milliseconds, rounded up; 0 where it has passed.
 */
int brg_clock_left_ms(uint64_t deadline_ns);

#endif
