/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io-gate - what may write to the BAR's memory, counted
 *
 * Whoever looks whether anything arrives after a reset closes the gate first.
 * An actor is inside from before it begins something that may reach the memory
 * even after a reset that comes meanwhile: a new mapping, an access to one that
 * a reset does not end for good. It is flying while I/O goes on that has its
 * pages, or that a reset keeps from getting any: P2P memory is never given back to a
 * mapping of before; a mapping of a BAR with struct pages faults anew, so its I/O is
 * inside until it has all of them.
 */
#ifndef STRESS_IO_GATE_H
#define STRESS_IO_GATE_H

#include <stdbool.h>

struct world;

/** gate_enter - go inside; false: the gate is closed */
bool gate_enter(struct world *world);

/** gate_leave - the opposite */
void gate_leave(struct world *world);

/** gate_take_off - flying from now on; inside or not before */
void gate_take_off(struct world *world);

/** gate_land - the opposite */
void gate_land(struct world *world);

/**
 * gate_close - nobody is to go inside; wait until nobody is
 *
 * Return: false if that lasts longer than @limit_ms.
 */
bool gate_close(struct world *world, unsigned int limit_ms);

/** gate_await_landed - wait until nothing flies; false after @limit_ms */
bool gate_await_landed(struct world *world, unsigned int limit_ms);

/** gate_open - the opposite of gate_close(), also where that was false */
void gate_open(struct world *world);

#endif
