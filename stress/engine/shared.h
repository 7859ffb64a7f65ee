/* SPDX-License-Identifier: GPL-2.0-only */
/* shared - what all processes of a race see */
#ifndef STRESS_SHARED_H
#define STRESS_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "history.h"
#include "lent.h"
#include "pinned.h"
#include "program.h"
#include "promise.h"
#include "verdict.h"

/* pages of the BAR whose users are known: 64 MiB */
#define BAR_NR_PAGES 16384
#define NR_USERS 255

/**
 * struct actor_log - what an actor did; read by others while it runs
 * @pid: process
 * @tid: thread; 0 before it starts
 * @at: 1 + index of the call that it is in; 0 between calls
 * @slow_ns: until then it may sleep in that call, see actor_may_sleep()
 * @nr_done: calls that ended, all turns together
 * @ended: it has done all
 * @last: of the last turn: how each ended
 */
struct actor_log {
	_Atomic pid_t pid;
	_Atomic pid_t tid;
	_Atomic uint32_t at;
	_Atomic uint64_t slow_ns;
	_Atomic uint32_t nr_done;
	atomic_bool ended;
	int32_t last[ENGINE_MAX_CALLS];
};

/**
 * struct shared - what all processes of a race see
 * @started: the actors may begin
 * @nr_waiting: actors that could
 * @given_up: one of them cannot be had: none is to do anything
 * @nr_left: actors that have not done all; strangers do not count
 * @beat: counts calls: the race goes on
 * @asked: calls for a reset that have begun
 * @returned: of those, that came back, with whatever result
 * @begun: what ends all mappings of P2P memory, and has begun: resets, closes,
 *	unregistrations: the number of the last one
 * @epoch: number of the last of those that has ended; what was mapped before it
 *	began is gone
 * @order: of the last ordered call that is done
 * @off: the provider's memory does not respond, of whatever kind it is
 * @registered: the provider's BAR is P2P memory
 * @two_bars: so may be another one of it: since a call for that in this race
 * @least_ms: the shortest time for which the BAR was registered to be waited for, in
 *	this race; 0 before
 * @shaken: never kept: begun while somebody does to a provider what takes its
 *	memory from below those who have it, as a reset by its own driver does
 * @unready: likewise, while a reset may give memory to others that its user has to
 *	enable first: it does not answer yet
 * @astray: likewise, while DMA is under way that is to arrive nowhere: where a new
 *	mapping has its address it arrives there
 * @scarce: somebody has used up memory in this race
 * @lent: dma-bufs
 * @pinned: pages that I/O has
 * @nr_importers: open importers
 * @nr_imports: how many were opened, all in all
 * @nr_closed: actors that keep the gate closed, see gate_enter()
 * @nr_inside: actors that went through it
 * @nr_holding: actors that only wait until others take a mapping away
 * @nr_flying: pieces of I/O that are under way
 * @landed_ns: when the last one of those has ended
 * @delayed: the kernel is slow at places in this race
 * @nr_failed: calls of which an allocation was made to fail, as @fail_nth has it
 * @nr_seen_by_host: looks at memory from outside of the machine, see host.h
 * @nr_seen_by_device: looks at it through the device
 * @users: of each page of the BAR: 1 + index of the actor that writes there,
 *	NR_USERS for more than one; for memory that is nobody's own
 * @wrong: text is being written, or stands there
 * @oracle: who noticed; ORACLE_NONE: the races cannot go on, see engine_cannot()
 * @told: text stands there: what went wrong first
 * @text: one line
 * @race: number of the race that is under way
 * @log: actors, before, after
 * @history: likewise, of more than one race
 */
struct shared {
	_Atomic uint32_t started;
	_Atomic uint32_t nr_waiting;
	atomic_bool given_up;
	_Atomic uint32_t nr_left;
	_Atomic uint64_t beat;
	_Atomic uint32_t asked;
	_Atomic uint32_t returned;
	_Atomic uint32_t begun;
	_Atomic uint32_t epoch;
	_Atomic uint32_t order;
	struct promise off;
	struct promise registered;
	atomic_bool two_bars;
	_Atomic uint32_t least_ms;
	struct promise shaken;
	struct promise unready;
	struct promise astray;
	atomic_bool scarce;
	struct lent lent;
	struct pinned pinned;
	_Atomic int32_t nr_importers;
	_Atomic uint32_t nr_imports;
	_Atomic int32_t nr_closed;
	_Atomic int32_t nr_inside;
	_Atomic int32_t nr_holding;
	_Atomic int32_t nr_flying;
	_Atomic uint64_t landed_ns;
	atomic_bool delayed;
	_Atomic uint64_t nr_failed;
	_Atomic uint64_t nr_seen_by_host;
	_Atomic uint64_t nr_seen_by_device;
	_Atomic uint8_t users[BAR_NR_PAGES];
	atomic_bool wrong;
	_Atomic enum oracle oracle;
	atomic_bool told;
	char text[ENGINE_TEXT_BYTES];
	_Atomic uint32_t race;
	struct actor_log log[ENGINE_MAX_ACTORS + 2];
	struct history history[ENGINE_MAX_ACTORS + 2];
};

#define LOG_BEFORE ENGINE_MAX_ACTORS
#define LOG_AFTER (ENGINE_MAX_ACTORS + 1)

#endif
