/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * What user space says to barrage-amplifier, which makes tasks slow at places of
 * the kernel by kprobes, for tests.
 *
 * The file is /dev/barrage-amplifier. It has one owner at a time: the process that
 * opened it, until that closes it or dies. Its children may use the file, which does
 * nothing any more (ESHUTDOWN) when the owner has gone.
 */
#ifndef BARRAGE_AMPLIFIER_UAPI_H
#define BARRAGE_AMPLIFIER_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define BARRAGE_AMPLIFIER_NAME_BYTES 128
#define BARRAGE_AMPLIFIER_POINTS 32
#define BARRAGE_AMPLIFIER_MEETINGS 16
#define BARRAGE_AMPLIFIER_MAX_US 20000
#define BARRAGE_AMPLIFIER_MAX_WAIT_US 5000000
#define BARRAGE_AMPLIFIER_ALWAYS 65536

/**
 * enum barrage_amplifier_where - of a function
 * @BARRAGE_AMPLIFIER_ENTRY: before its first instruction
 * @BARRAGE_AMPLIFIER_RETURN: when it has returned, before its caller goes on
 * @BARRAGE_AMPLIFIER_OFFSET: before the instruction that is there
 */
enum barrage_amplifier_where {
	BARRAGE_AMPLIFIER_ENTRY,
	BARRAGE_AMPLIFIER_RETURN,
	BARRAGE_AMPLIFIER_OFFSET,
};

/**
 * enum barrage_amplifier_whom - is a task that comes there meant?
 * @BARRAGE_AMPLIFIER_RUN: where it is of the owner, or a descendant of it
 * @BARRAGE_AMPLIFIER_ANY: any is, kernel threads too
 * @BARRAGE_AMPLIFIER_PROCESS: where it is of that process
 * @BARRAGE_AMPLIFIER_THREAD: where it is that one
 */
enum barrage_amplifier_whom {
	BARRAGE_AMPLIFIER_RUN,
	BARRAGE_AMPLIFIER_ANY,
	BARRAGE_AMPLIFIER_PROCESS,
	BARRAGE_AMPLIFIER_THREAD,
};

/**
 * enum barrage_amplifier_kind - what it waits for, before its delay
 * @BARRAGE_AMPLIFIER_DELAY: nothing
 * @BARRAGE_AMPLIFIER_HOLD: BARRAGE_AMPLIFIER_RELEASE
 * @BARRAGE_AMPLIFIER_MEET: a task on the meeting's other side
 */
enum barrage_amplifier_kind {
	BARRAGE_AMPLIFIER_DELAY,
	BARRAGE_AMPLIFIER_HOLD,
	BARRAGE_AMPLIFIER_MEET,
};

/**
 * struct barrage_amplifier_point - BARRAGE_AMPLIFIER_ADD
 * @symbol: "function" or "module:function"
 * @caller: only where it is called from the body of this function; "" for any.
 *	Not with OFFSET
 * @where: enum barrage_amplifier_where
 * @offset: for OFFSET: bytes; 0 otherwise
 * @whom: enum barrage_amplifier_whom
 * @id: for PROCESS and THREAD, in the caller's namespace; 0 otherwise
 * @kind: enum barrage_amplifier_kind
 * @wait_us: for HOLD, MEET: no longer, to BARRAGE_AMPLIFIER_MAX_WAIT_US. 0 in a
 *	meeting: does not wait itself
 * @meeting: for MEET
 * @side: for MEET: 0 or 1
 * @least_us: the delay is random from this
 * @most_us: to this, to BARRAGE_AMPLIFIER_MAX_US
 * @probability: that anything happens, to BARRAGE_AMPLIFIER_ALWAYS
 * @point: out: its number
 * @seed: what is drawn at the nth passing follows from it and n
 * @after: passings to let alone at first
 * @most: to act so often; 0: no limit
 *
 * ENOENT: no such function; EOPNOTSUPP: the kernel lets no probe be there; EILSEQ:
 * no instruction begins there; ERANGE: past the function's end; ENODATA: as ENOENT
 * and EOPNOTSUPP, but of @caller; ESRCH: no such task; ENOSPC: too many points, in
 * all or at this place; EINVAL: all else.
 */
struct barrage_amplifier_point {
	char symbol[BARRAGE_AMPLIFIER_NAME_BYTES];
	char caller[BARRAGE_AMPLIFIER_NAME_BYTES];
	__u32 where;
	__u32 offset;
	__u32 whom;
	__s32 id;
	__u32 kind;
	__u32 wait_us;
	__u32 meeting;
	__u32 side;
	__u32 least_us;
	__u32 most_us;
	__u32 probability;
	__u32 point;
	__aligned_u64 seed;
	__aligned_u64 after;
	__aligned_u64 most;
};

/**
 * struct barrage_amplifier_stats - BARRAGE_AMPLIFIER_STATS
 * @point: in: its number
 * @waiting: tasks that are held or wait for a meeting now
 * @passed: tasks that are meant came by; for RETURN, went in
 * @acted: how many of those were held up
 * @met: how many met another
 * @lapsed: how many waited in vain
 * @spared: how many were to be held up and were not: in an interrupt, too many at
 *	once, no room on the stack, or atomic for too long already
 * @delayed_ns: all delays and waits
 *
 * ENOENT: no such point.
 */
struct barrage_amplifier_stats {
	__u32 point;
	__u32 waiting;
	__aligned_u64 passed;
	__aligned_u64 acted;
	__aligned_u64 met;
	__aligned_u64 lapsed;
	__aligned_u64 spared;
	__aligned_u64 delayed_ns;
};

/**
 * struct barrage_amplifier_release - BARRAGE_AMPLIFIER_RELEASE
 * @point: of the kind HOLD: who is held there goes on; EINVAL for another
 *
 * ENOENT: no such point.
 */
struct barrage_amplifier_release {
	__u32 point;
};

#define BARRAGE_AMPLIFIER_IOC 0xBB
#define BARRAGE_AMPLIFIER_ADD                                                  \
	_IOWR(BARRAGE_AMPLIFIER_IOC, 0, struct barrage_amplifier_point)
/* Remove all points; who is held goes on, and numbers begin anew */
#define BARRAGE_AMPLIFIER_CLEAR _IO(BARRAGE_AMPLIFIER_IOC, 1)
#define BARRAGE_AMPLIFIER_STATS                                                \
	_IOWR(BARRAGE_AMPLIFIER_IOC, 2, struct barrage_amplifier_stats)
#define BARRAGE_AMPLIFIER_RELEASE                                              \
	_IOW(BARRAGE_AMPLIFIER_IOC, 3, struct barrage_amplifier_release)

#endif
