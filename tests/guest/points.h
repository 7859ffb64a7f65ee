/* SPDX-License-Identifier: GPL-2.0-only */
/* points - of the amplifier, for as long as a test runs */
#ifndef POINTS_H
#define POINTS_H

#include <barrage/amplifier.h>

#include <sys/types.h>

/**
 * points_add - add a point, as text; the test fails where that fails
 *
 * The first one of a test opens the amplifier.
 *
 * Return: its number.
 */
int points_add(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** points_try - the same; 0 or more, or -errno */
int points_try(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** points_file - the amplifier itself, open */
struct brg_amplifier *points_file(void);

/** points_clear - remove them all */
void points_clear(void);

/** points_stats - what has happened at one */
struct brg_amplifier_stats points_stats(int id);

/** points_await - wait, bounded, until a task is held there */
void points_await(int id);

/** points_await_passed - wait, bounded, until so many have passed there */
void points_await_passed(int id, uint64_t nr);

/** points_release - let go who is held there */
void points_release(int id);

/* fixtures of tests that need no other: the points go, the kernel log is read */
int points_setup(void **state);
int points_teardown(void **state);

/** points_end - for the fixture: remove all and close; harmless without one */
void points_end(void);

#endif
