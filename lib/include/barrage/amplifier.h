/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * amplifier - tasks made slow at places of the kernel, so that races are lost
 *
 * A point is a place, whom it is for and what it does to them:
 *
 *	brg_amplifier_open(&amplifier);
 *	brg_amplifier_parse("p2pdma_freeze+return:10..2000us/0.5", &point);
 *	point.seed = seed;
 *	id = brg_amplifier_add(&amplifier, &point);
 *	...
 *	brg_amplifier_stats(&amplifier, id, &stats);
 *	brg_amplifier_close(&amplifier);
 *
 * Needs root, the module barrage-amplifier (kernel/modules, built with the kernel;
 * <amplifier-uapi.h> there has what each call means) and a kernel with
 * CONFIG_KPROBES, patched or not.
 *
 * A task is slow as if the function itself spun there: with interrupts and
 * preemption as they are at that place, so that the rest of the machine, RCU and
 * other processors' TLB flushes go on. What interrupts run is not delayed. Where the
 * task cannot be preempted a visit takes BRG_AMPLIFIER_MAX_US at most, whatever was
 * asked for, and all that is atomic or below rcu_read_lock() a quarter of the time:
 * nothing is ever slow enough for the kernel to complain.
 *
 * Any thread may use it, also of processes forked later. Points go away when the
 * process that opened it closes it or dies; they do not wait for its children.
 */
#ifndef BARRAGE_AMPLIFIER_H
#define BARRAGE_AMPLIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* With the end of the string, as the kernel's own limit for names is 511 */
#define BRG_AMPLIFIER_NAME_BYTES 128

/* Points of one owner; meetings, numbered from 0 */
#define BRG_AMPLIFIER_POINTS 32
#define BRG_AMPLIFIER_MEETINGS 16

/* The longest delay, and the longest wait for a meeting or a release */
#define BRG_AMPLIFIER_MAX_US 20000
#define BRG_AMPLIFIER_MAX_WAIT_US 5000000

/* Of @probability: always */
#define BRG_AMPLIFIER_ALWAYS 65536

/* What brg_amplifier_format() writes at most */
#define BRG_AMPLIFIER_TEXT_BYTES 512

/** enum brg_amplifier_where - of a function */
enum brg_amplifier_where {
	BRG_AMPLIFIER_ENTRY, /* before its first instruction */
	BRG_AMPLIFIER_RETURN, /* when it has returned, before its caller goes on */
	BRG_AMPLIFIER_OFFSET, /* before the instruction that is there */
	BRG_AMPLIFIER_SOMEWHERE, /* OFFSET, for brg_amplifier_settle() to draw */
};

/** enum brg_amplifier_whom - is a task that comes there meant? */
enum brg_amplifier_whom {
	BRG_AMPLIFIER_RUN, /* of the process that opened it, or a descendant */
	BRG_AMPLIFIER_ANY, /* any: kernel threads and workers too */
	BRG_AMPLIFIER_PROCESS, /* of that process */
	BRG_AMPLIFIER_THREAD, /* that one */
};

/** enum brg_amplifier_kind - what it waits for, before its delay */
enum brg_amplifier_kind {
	BRG_AMPLIFIER_DELAY, /* nothing */
	BRG_AMPLIFIER_HOLD, /* brg_amplifier_release(), or just @wait_us */
	BRG_AMPLIFIER_MEET, /* a task on the meeting's other side, up to @wait_us */
};

/**
 * struct brg_amplifier_point - a place, and what happens there
 * @symbol: a function of the kernel; "module:function" for one of a module.
 *	Where it only exists as the compiler's variant of it ("name.isra.0"), that
 * @caller: only where it is called from the body of this function; "" for any.
 *	Says "just after the call of A in B" whatever the compiler made of B, but for
 *	a call that is B's last act, which may be a jump. Not with OFFSET
 * @where: in @symbol
 * @offset_bytes: for OFFSET; has to be the beginning of an instruction. A place of
 *	that kind is only where the kernel's build is the same
 * @whom: which tasks. A descendant whose parent has died is one of the run as long
 *	as its new parent is: prctl(PR_SET_CHILD_SUBREAPER) in the opening process
 * @id: for PROCESS and THREAD, as the caller sees it
 * @kind: what it waits for
 * @wait_us: no longer than that, to BRG_AMPLIFIER_MAX_WAIT_US; 0 in a meeting: it
 *	is there for a task that waits on the other side, and does not wait itself
 * @meeting: for MEET, below BRG_AMPLIFIER_MEETINGS: two tasks, one of each side,
 *	go on from there together
 * @side: 0 or 1
 * @least_us: the delay then is random from this
 * @most_us: to this, at most BRG_AMPLIFIER_MAX_US
 * @probability: that anything happens, of BRG_AMPLIFIER_ALWAYS
 * @seed: of this point: what is drawn at the nth passing follows from it and n
 * @after: passings to let alone at first
 * @most: act so often and no more; 0 for no limit
 */
struct brg_amplifier_point {
	char symbol[BRG_AMPLIFIER_NAME_BYTES];
	char caller[BRG_AMPLIFIER_NAME_BYTES];
	enum brg_amplifier_where where;
	uint32_t offset_bytes;
	enum brg_amplifier_whom whom;
	int32_t id;
	enum brg_amplifier_kind kind;
	uint32_t wait_us;
	uint32_t meeting;
	uint32_t side;
	uint32_t least_us;
	uint32_t most_us;
	uint32_t probability;
	uint64_t seed;
	uint64_t after;
	uint64_t most;
};

/**
 * struct brg_amplifier_stats - of one point, since it was added
 * @passed: tasks that are meant came by; for RETURN, went in
 * @acted: of those, how many were held up (also by 0 us)
 * @met: how many met another task
 * @lapsed: how many waited for a release or a meeting in vain
 * @spared: how many were to be held up and were not: in an interrupt, or too many
 *	at once, or the kernel would have complained
 * @waiting: tasks that are held or wait for a meeting now
 * @delayed_ns: all delays and waits
 */
struct brg_amplifier_stats {
	uint64_t passed;
	uint64_t acted;
	uint64_t met;
	uint64_t lapsed;
	uint64_t spared;
	uint64_t waiting;
	uint64_t delayed_ns;
};

/** struct brg_amplifier - @fd is -1 where closed */
struct brg_amplifier {
	int fd;
};

/**
 * brg_amplifier_parse - a point as text
 * @text: FUNCTION[+return|+OFFSET|+any][<CALLER]:WHAT[,WHAT]...
 * @point: receives it; what the text does not say is ENTRY, RUN, DELAY, ALWAYS, 0
 *
 * WHAT is one of
 *
 *	TIME[..TIME][/P]	a delay, with probability 0 <= P <= 1
 *	hold=TIME		until it is released
 *	meet=Na, meet=Nb	one side of meeting N
 *	wait=TIME		for the meeting, no longer
 *	after=N, most=N, seed=N, tid=N, pid=N, any
 *
 * and TIME a whole number with "us", "ms" or "s": "a_function+return<b:2ms/0.5",
 * "c+0x1f:0us,meet=1b,wait=20ms,most=1".
 *
 * Return: 0; -EINVAL, -ERANGE; with brg_last_error() set and @point untouched.
 */
int brg_amplifier_parse(const char *text, struct brg_amplifier_point *point);

/**
 * brg_amplifier_format - the text of a point, which brg_amplifier_parse() takes
 * @point: valid
 * @text: receives it
 * @size: of @text; BRG_AMPLIFIER_TEXT_BYTES are enough
 *
 * Return: 0; -ENOSPC, with brg_last_error() set.
 */
int brg_amplifier_format(const struct brg_amplifier_point *point, char *text,
			 size_t size);

/**
 * brg_amplifier_open - take it; its module is loaded where it is not
 * @amplifier: receives it; fd -1 on failure
 *
 * The file is for this process to close: do not duplicate it.
 *
 * Return: 0; -EOPNOTSUPP where this kernel has no such module or no kprobes;
 * -EBUSY where another process has it; -EPERM, -EACCES; -errno; with
 * brg_last_error() set.
 */
int brg_amplifier_open(struct brg_amplifier *amplifier);

/**
 * brg_amplifier_close - remove all points and close; a closed one is fine
 *
 * Who is held goes on. Blocks until no probe is left.
 */
void brg_amplifier_close(struct brg_amplifier *amplifier);

/**
 * brg_amplifier_add - add a point
 * @amplifier: open
 * @point: what
 *
 * Return: its number, from 0; -ENOENT where this kernel has no such function, or
 * none left of it (inlined), -EOPNOTSUPP where the kernel lets no probe be, -EILSEQ
 * where no instruction begins, -ERANGE past the function's end: a point to go
 * without; -ESRCH without that task; -EINVAL; -ENOSPC after BRG_AMPLIFIER_POINTS;
 * -ESHUTDOWN where the process that opened it has gone; -errno; with
 * brg_last_error() set.
 */
int brg_amplifier_add(const struct brg_amplifier *amplifier,
		      const struct brg_amplifier_point *point);

/**
 * brg_amplifier_settle - add a point at an instruction that is drawn
 * @amplifier: open
 * @point: SOMEWHERE; becomes OFFSET, with the offset that was found
 *
 * All of the function's instructions but the first are tried, the longer the more
 * often; what is drawn follows from the point's seed alone, and from the kernel's
 * build.
 *
 * Return: as brg_amplifier_add(), -EOPNOTSUPP also where nothing was found in some
 * dozens of tries; @point is untouched then.
 */
int brg_amplifier_settle(const struct brg_amplifier *amplifier,
			 struct brg_amplifier_point *point);

/**
 * brg_amplifier_clear - remove all points; numbers begin anew
 * @amplifier: open
 *
 * Who is held goes on. Blocks until no probe is left.
 *
 * Return: 0; -errno, with brg_last_error() set.
 */
int brg_amplifier_clear(const struct brg_amplifier *amplifier);

/**
 * brg_amplifier_stats - what has happened at a point
 * @amplifier: open
 * @id: as brg_amplifier_add() said
 * @stats: receives it
 *
 * Return: 0; -ENOENT; -errno, with brg_last_error() set.
 */
int brg_amplifier_stats(const struct brg_amplifier *amplifier, int id,
			struct brg_amplifier_stats *stats);

/**
 * brg_amplifier_release - let go who is held at a point
 * @amplifier: open
 * @id: of a HOLD point
 *
 * Who comes later is held again.
 *
 * Return: 0; -ENOENT; -EINVAL where nobody is ever held; -errno, with
 * brg_last_error() set.
 */
int brg_amplifier_release(const struct brg_amplifier *amplifier, int id);

/**
 * brg_amplifier_await_held - wait until a task is held, or waits for a meeting
 * @amplifier: open
 * @id: of a HOLD or MEET point
 * @timeout_ms: wait no longer
 *
 * Return: 0; -ETIMEDOUT; -errno; with brg_last_error() set.
 */
int brg_amplifier_await_held(const struct brg_amplifier *amplifier, int id,
			     unsigned int timeout_ms);

#endif
