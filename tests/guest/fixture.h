/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fixture - what each test begins and ends with
 *
 * cmocka calls no teardown after a setup that failed, and a teardown ends where
 * its first assertion fails. So a fixture is undone by a function that asserts
 * nothing: what fails is noted, the rest is undone as well, and the test fails
 * at the end. What a failing setup leaves, the next test undoes first.
 *
 * The kernel log is read without a gap, from the first test to the end of the
 * program: what it complains of fails the test in which that was logged, or the
 * one before which it was found.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdbool.h>

/**
 * fixture_begin - of each setup: undo what is left, mark the kernel log
 * @undo: for fixture_end(), whatever the setup comes to; must not assert, and
 *	take what was not set up yet; NULL for a fixture that undoes itself
 */
void fixture_begin(void (*undo)(void));

/** fixture_end - of each teardown: undo, read the kernel log; 0, or it fails */
int fixture_end(void);

/**
 * fixture_finish - after the last test: what is left, and logged since
 *
 * Return: NULL, or what is wrong.
 */
const char *fixture_finish(void);

/** fixture_note - something could not be undone */
void fixture_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** fixture_undone - the same, of a call that returned 0 or -errno */
void fixture_undone(int ret, const char *call);

/* a call that undoes something */
#define UNDO(call) fixture_undone(call, #call)

#endif
