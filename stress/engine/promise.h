/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * promise - what the kernel keeps true until somebody asks it for something else
 *
 * "The device's memory is off" is true from when the call that turned it off has
 * returned to when a call that may turn it on begins. Who watches it is told of a
 * promise only where that is beyond doubt: where nobody else had such a call under
 * way at any time between.
 *
 *	number = promise_begin(&shared->off);
 *	ret = turn_off();
 *	promise_end(&shared->off, number, !ret);
 *	...
 *	kept = promise_kept(&shared->off);
 *	ret = access();
 *	if (!ret && promise_holds(&shared->off, kept))
 *		engine_wrong(...);
 */
#ifndef STRESS_PROMISE_H
#define STRESS_PROMISE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct promise - seen by all processes; zeroed there is none
 * @begun: calls that may make or break it: number of the last one
 * @busy: of those, under way
 * @kept: number of the one that made it, if that was the last
 */
struct promise {
	_Atomic uint32_t begun;
	_Atomic int32_t busy;
	_Atomic uint32_t kept;
};

/**
 * promise_begin - a call is about to make or to break it
 *
 * Return: its number, for promise_end(); 0 where others are under way, too.
 */
uint32_t promise_begin(struct promise *promise);

/**
 * promise_end - that call has returned
 * @number: of promise_begin()
 * @made: it has made the promise
 */
void promise_end(struct promise *promise, uint32_t number, bool made);

/** promise_kept - the number of the promise that there is now; 0: none */
uint32_t promise_kept(struct promise *promise);

/** promise_holds - is it still kept that was kept as @number? */
bool promise_holds(struct promise *promise, uint32_t number);

/**
 * promise_quiet - a number that promise_still() takes: from now on
 *
 * Return: 0 where a call is under way that may make or break it.
 */
uint32_t promise_quiet(struct promise *promise);

/** promise_still - has no such call begun since promise_quiet()? */
bool promise_still(struct promise *promise, uint32_t quiet);

#endif
