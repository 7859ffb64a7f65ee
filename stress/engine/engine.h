/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine - races: operations that several actors do at the same time
 *
 * An operation is one thing that user space can do to a BAR, its memory, or the
 * device. A program says which actor does which operations, in which order and
 * how long after one another; running it is a race. Nothing here is random, so
 * that a program can be run again, made smaller, and printed.
 *
 * This folder needs libc, the kernel's headers and lib/block.c, nothing else:
 * a reproducer is made of it.
 */
#ifndef STRESS_ENGINE_H
#define STRESS_ENGINE_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "history.h"
#include "lent.h"
#include "pinned.h"
#include "promise.h"

#define ENGINE_NR_ARGS 4
#define ENGINE_MAX_ACTORS 16
#define ENGINE_MAX_CALLS 64
#define ENGINE_STRANGER_MS 3000
#define ENGINE_TEXT_BYTES 256
#define ENGINE_MAX_POINTS 8
#define ENGINE_POINT_BYTES 160

/* slots: an actor's own come first, those that all share behind them */
#define SLOT_NR_OWN 4
#define SLOT_NR_SHARED 4
#define SLOT_SHARED(n) (SLOT_NR_OWN + (n))
#define SLOT_BYTES (4ull << 20)

/* all slots, of the world and of those who are alone and actors */
#define WORLD_ARENA_BYTES                                                      \
	((2 + ENGINE_MAX_ACTORS) * SLOT_NR_OWN * SLOT_BYTES)

/*
 * What an operation returns: 0, -errno, or one of these. DONE_SIGNAL(SIGBUS):
 * access to memory raised it.
 */
#define DONE_SIGNAL(sig) (1000 + (sig))
#define DONE_NOTHING 2000 /* there was nothing to do it to */
#define DONE_BYTE(byte) (3000 + (byte)) /* what was read, or a state */

/* who noticed that something is wrong */
enum oracle {
	ORACLE_NONE,
	ORACLE_RESULT, /* an operation ended as it must not */
	ORACLE_DATA, /* a read had succeeded, but did not bring the data */
	ORACLE_DMA, /* memory changed after a reset had returned */
	ORACLE_MAPPING, /* a mapping survived what should have ended it */
	ORACLE_LEAK, /* something never came back */
	ORACLE_HANG, /* something never ended */
	ORACLE_LOG, /* the kernel complained */
	ORACLE_TAINT, /* the kernel says that it is not what it was */
	ORACLE_MODEL, /* it is not what the model of a BAR has */
	ORACLE_DIED, /* a process of the race died */
};

/* pages of the BAR whose users are known */
#define BAR_NR_PAGES 4096
#define NR_USERS 255

struct actor;

/**
 * struct op_arg - what an argument of an operation may be
 * @name: for people
 * @min: smallest value
 * @max: largest value
 */
struct op_arg {
	const char *name;
	int64_t min;
	int64_t max;
};

/**
 * struct op - something that can be done
 * @name: hyphenated
 * @summary: one line
 * @source: file of this folder that has it
 * @needs: NEED_*, see needs.h
 * @args: up to the first without a name
 * @run: do it; thread safe as far as actors keep to their own slots
 * @may: results other than 0 and DONE_NOTHING that are right at any time,
 *	whatever others do; ends with 0
 * @bound_ms: what it may take, see bound.h; 0: nobody knows, or parts of it have a
 *	bound of their own
 * @faults: DMA that the IOMMU stops is right where this is done
 */
struct op {
	const char *name;
	const char *summary;
	const char *source;
	unsigned int needs;
	struct op_arg args[ENGINE_NR_ARGS];
	int (*run)(struct actor *actor, const int64_t *arg);
	const int *may;
	unsigned int bound_ms;
	bool faults;
};

/* What an operation may end with, as a list */
#define MAY(...) ((const int[]){ __VA_ARGS__, 0 })

/*
 * OP(p2p_map) = { ... }; at the end of its file. The linker gathers the
 * addresses; a reproducer names those it has.
 */
#define OP(id)                                                                 \
	static const struct op *const op_##id##_entry                          \
		__attribute__((used, section("stress_ops"))) = &op_##id;       \
	const struct op op_##id

/**
 * struct call - one operation of a program
 * @op: which
 * @arg: with what
 * @delay_us: to wait before it, busily below 50
 * @fail_nth: the n-th allocation in it fails; 0 for none
 * @sweep: the n-th allocation in it fails in the n-th turn, and its actor repeats all
 *	that it does, whatever its turns, until none has failed any more: each error
 *	path of the call is taken. Where it has failed for that it is done once more at
 *	once, and has to work
 * @order: 0: whenever its actor comes to it; otherwise from 1 up, without gaps:
 *	when all those of lower order are done, whoever does them
 */
struct call {
	const struct op *op;
	int64_t arg[ENGINE_NR_ARGS];
	uint32_t delay_us;
	uint32_t fail_nth;
	bool sweep;
	uint32_t order;
};

/**
 * struct actor_program - what one actor does
 * @name: of the actor
 * @process: it is a process of its own, forked when the race begins
 * @cpu: where it runs: 0: anywhere; otherwise on the n-th CPU of those that there
 *	are, see cpu_of(); not of what is done before and after
 * @turns: how often it does all of it
 * @stranger: it ends as soon as all those have who are none, or after
 *	ENGINE_STRANGER_MS: who is stuck is to be seen to be
 * @nr_calls: how many operations
 * @calls: the operations
 */
struct actor_program {
	const char *name;
	bool process;
	unsigned int cpu;
	unsigned int turns;
	bool stranger;
	unsigned int nr_calls;
	struct call calls[ENGINE_MAX_CALLS];
};

/**
 * struct point - a place of the kernel that is slow in a race
 * @text: which, and how: as brg_amplifier_parse() reads it
 */
struct point {
	char text[ENGINE_POINT_BYTES];
};

/**
 * struct program - one race
 * @nr_points: how many points
 * @points: where the kernel is slow meanwhile
 * @before: done one after the other, before the actors start
 * @nr_actors: how many actors
 * @actors: who do their parts at once
 * @after: done when they all have ended
 */
struct program {
	unsigned int nr_points;
	struct point points[ENGINE_MAX_POINTS];
	struct actor_program before;
	unsigned int nr_actors;
	struct actor_program actors[ENGINE_MAX_ACTORS];
	struct actor_program after;
};

struct rdma_region;

enum slot_kind {
	SLOT_EMPTY,
	SLOT_P2P, /* of p2pmem/allocate */
	SLOT_BAR, /* of the VFIO device file */
	SLOT_DMABUF, /* of a dma-buf */
	SLOT_HOST,
};

/**
 * struct slot - a place for a mapping and for a dma-buf
 * @addr: where mappings go, always the same; PROT_NONE without one
 * @bytes: of the mapping
 * @bar_page: of the BAR, where it begins; not of P2P memory
 * @kind: what is mapped
 * @epoch: @begun of struct shared when it was mapped: what begins later ends it
 * @mapping: number of the mapping: others here have others
 * @map_number: of the dma-buf that is mapped, see lent.h
 * @fd: dma-buf; -1 for none
 * @fd_bytes: its size
 * @fd_offset: where it begins in the BAR
 * @fd_pages: it has struct pages
 * @fd_number: number of the dma-buf
 * @fd_holds: it is counted as one that keeps the BAR from being registered
 * @importer: open importer, -1 for none
 * @import_mode: of what it has attached
 * @import_number: number of the dma-buf that it has attached
 * @import_offset: where that begins in the BAR
 * @region: memory region of an RDMA device; NULL for none
 * @region_number: number of the dma-buf that it is of
 * @region_offset: where that begins in the BAR
 * @deregister: how to end that
 * @iova: where the device's address space has a dma-buf, if it has
 * @iova_bytes: how much of it; 0 for none
 */
struct slot {
	char *addr;
	size_t bytes;
	uint64_t bar_page;
	enum slot_kind kind;
	unsigned int epoch;
	uint32_t mapping;
	uint64_t map_number;
	int fd;
	uint64_t fd_bytes;
	uint64_t fd_offset;
	bool fd_pages;
	uint64_t fd_number;
	bool fd_holds;
	int importer;
	unsigned int import_mode;
	uint64_t import_number;
	uint64_t import_offset;
	struct rdma_region *region;
	uint64_t region_number;
	uint64_t region_offset;
	void (*deregister)(struct rdma_region *region);
	uint64_t iova;
	uint64_t iova_bytes;
};

/**
 * struct device - a PCI device on vfio-pci, or an NVMe that its own driver has
 * @bdf: its address
 * @cmb: the latter: its memory is in p2pmem, and nothing of VFIO is there
 * @cmb_used: how much of that the driver has for itself, in bytes
 * @bar: number of the BAR under test
 * @bar_bytes: its size
 * @other_bar: another one that can be P2P memory; the same where there is none;
 *	set by device_open(), as are the next
 * @other_bar_bytes: the size of that; 0 where there is none
 * @paths: bit of each enum power_path that it has
 * @pmr: its memory has to be enabled after a reset, see pmr.h
 * @forgets: a reset, or a close, empties its memory
 * @vfio: open device file; -1 for none
 * @iommufd: open; -1 for none
 * @ioas: address space that it is attached to
 * @off: the promise that its memory is off; NULL: nobody watches it
 * @rdma: RDMA device that takes dma-bufs of it, "" for none
 */
struct device {
	char bdf[16];
	bool cmb;
	uint64_t cmb_used;
	unsigned int bar;
	uint64_t bar_bytes;
	unsigned int other_bar;
	uint64_t other_bar_bytes;
	unsigned int paths;
	bool pmr;
	bool forgets;
	int vfio;
	int iommufd;
	uint32_t ioas;
	struct promise *off;
	char rdma[64];
};

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
 * @oracle: who noticed
 * @told: text stands there: what went wrong first
 * @text: one line
 * @race: number of the race that is under way
 * @log: actors, before, after
 * @history: likewise, of more than one race
 */
struct shared {
	_Atomic uint32_t started;
	_Atomic uint32_t nr_waiting;
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

/**
 * struct world - what a race happens to
 * @device: provider of the BAR
 * @twin: another function that is reset together with it; vfio -1 for none
 * @disk_path: block device; NULL for none
 * @disk: the same, opened for direct I/O; -1 for none
 * @slow_path: block device that holds I/O in flight; NULL for none
 * @slow: the same, opened for direct I/O; -1 for none
 * @importer: device node's PCI address of the test importer, "" for none
 * @stamp_seed: of the data on the disks
 * @shared: seen by all processes
 * @slots: the shared ones
 */
struct world {
	struct device device;
	struct device twin;
	const char *disk_path;
	int disk;
	const char *slow_path;
	int slow;
	char importer[16];
	uint64_t stamp_seed;
	struct shared *shared;
	char *arena;
	struct slot slots[SLOT_NR_SHARED];
};

/**
 * struct actor - who does operations
 * @world: to what
 * @index: which of the arena's parts is its own
 * @alone: there is no other thread in its process
 * @strict: nobody else does anything meanwhile: all must succeed
 * @failing: an allocation of the call that it is in is to fail
 * @fail_fd: by this, see fail-nth.h; -1 otherwise
 * @turn: in which it is, from 0
 * @swept: in this turn a call that is swept had an allocation that failed
 * @log: what it does
 * @slots: its own
 * @host: page-aligned memory for its use, SLOT_BYTES
 * @claimed: when it last claimed pages, as promise_quiet() of @registered has it
 * @steady: when it last began I/O, as promise_quiet() of @shaken has it
 * @begun: likewise, @begun of struct shared
 */
struct actor {
	struct world *world;
	unsigned int index;
	bool alone;
	bool strict;
	bool failing;
	int fail_fd;
	unsigned int turn;
	bool swept;
	struct actor_log *log;
	struct slot slots[SLOT_NR_OWN];
	char *host;
	uint32_t claimed;
	uint32_t steady;
	uint32_t begun;
};

/* verdict.c */

/**
 * engine_wrong - something is wrong with the kernel; the first one counts
 * @world: where it happened
 * @oracle: who noticed
 *
 * May be called by any thread or process of a race. The race goes on.
 */
void engine_wrong(struct world *world, enum oracle oracle, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** oracle_name - for people and records */
const char *oracle_name(enum oracle oracle);

/** engine_may - is this a right result of the operation? */
bool engine_may(const struct op *op, int result);

/** engine_result_text - "0", "EBUSY", "SIGBUS", "nothing to do" */
const char *engine_result_text(int result, char text[32]);

/* time.c */

/** engine_now_ns - CLOCK_MONOTONIC */
uint64_t engine_now_ns(void);

/** engine_others_work - is anybody at work who is not holding a mapping only? */
bool engine_others_work(struct shared *shared);

/** engine_pause_us - wait: busily where that is short */
void engine_pause_us(uint32_t us);

/**
 * engine_transferred - of a call that sets errno, to or from other than memory of a race
 * @done: what it returned
 * @bytes: that were asked for
 *
 * Return: 0; -errno; -EIO where it was only a part.
 */
static inline int engine_transferred(ssize_t done, size_t bytes)
{
	if (done < 0)
		return -errno;
	return (size_t)done == bytes ? 0 : -EIO;
}

/* race.c */

/**
 * engine_race - run a program once
 * @world: open, quiet
 * @program: what
 *
 * Blocks until all actors have ended, however long that takes: somebody else has
 * to watch, by @world->shared. Each result that its operation does not allow is
 * engine_wrong().
 */
void engine_race(struct world *world, const struct program *program);

/* world.c */

/**
 * world_init - make an empty world
 * @world: to be filled in: addresses and paths
 *
 * Return: 0 or -errno.
 */
int world_init(struct world *world);

/**
 * world_open - open the devices and disks that have a name
 * @world: of world_init()
 * @why: receives one line on failure
 *
 * Return: 0 or -errno.
 */
int world_open(struct world *world, char why[ENGINE_TEXT_BYTES]);

/** world_quiet - undo what a race may have left: mappings, dma-bufs, power, BARs */
void world_quiet(struct world *world);

/** world_close - the opposite of world_open() */
void world_close(struct world *world);

/**
 * struct closing - a close of the device that is under way
 * @number: of those that end mappings, see @begun of struct shared
 * @off: see promise_begin()
 * @registered: likewise
 */
struct closing {
	uint32_t number;
	uint32_t off;
	uint32_t registered;
};

/**
 * world_close_begin - the device is about to be closed or unbound in a race
 * @closing: for world_close_end()
 *
 * What was promised of it, and of its dma-bufs, holds no longer.
 */
void world_close_begin(struct world *world, struct closing *closing);

/**
 * world_close_end - it has been opened again, or cannot be
 * @opened: it was: so the one before is closed, and all its dma-bufs are gone, as
 *	are mappings of its P2P memory: it cannot be opened before
 */
void world_close_end(struct world *world, const struct closing *closing,
		     bool opened);

/* device.c */

/** device_cannot - one line of what failed, with errno; returns -errno */
int device_cannot(char why[ENGINE_TEXT_BYTES], const char *what,
		  const char *who);

/**
 * device_node - open the file of a device on vfio-pci, and nothing more
 *
 * Returns it, or -1 with errno: ENODEV or ENOENT until the driver's probe has
 * registered the device, and again once it is removed
 * (vfio_device_fops_cdev_open()).
 */
int device_node(const char *bdf);

/** device_open - open a device on vfio-pci, attached to an address space */
int device_open(struct device *device, char why[ENGINE_TEXT_BYTES]);

/**
 * device_join - likewise, but in the address space of one that is open
 * @device: its iommufd and ioas are those of the other one, or its own of before
 *
 * Devices that are reset together have to be of one iommufd.
 */
int device_join(struct device *device, char why[ENGINE_TEXT_BYTES]);

/**
 * device_leave - close the file of the device in a race, for device_join()
 *
 * One thread may close and open it; others may device_enable() meanwhile.
 */
void device_leave(struct device *device);

/**
 * device_enable - enable memory that a reset has disabled, see pmr.h
 *
 * Nothing is done while the device is closed, since who opens it does so, nor where
 * it is off in another way as well, since who ends that does. Waits for seconds.
 *
 * Return: 0 or 1; -errno.
 */
int device_enable(const struct device *device);

/** device_close - harmless where it is not open */
void device_close(struct device *device);

/* slot.c */

/** slots_init - give @nr slots their places in the arena, from part @part on */
void slots_init(struct world *world, struct slot *slots, unsigned int nr,
		unsigned int part);

/** slots_clear - unmap and close all of them */
void slots_clear(struct world *world, struct slot *slots, unsigned int nr);

/** slot_of - the slot that an argument means */
struct slot *slot_of(struct actor *actor, int64_t arg);

/**
 * slot_map - map a file at a slot's place, in place of what was there
 * @fd: which; -1: anonymous memory
 *
 * Return: 0 or -errno; the slot is empty then.
 */
int slot_map(struct actor *actor, struct slot *slot, enum slot_kind kind,
	     int fd, uint64_t offset, size_t bytes);

/** slot_unmap - harmless where nothing is mapped */
void slot_unmap(struct slot *slot);

/** slot_close - close its dma-buf, if there is one */
void slot_close(struct world *world, struct slot *slot);

/**
 * slot_fd_result - what became of a call with a slot's dma-buf
 * @fd: that the call had
 * @number: of the dma-buf; read before @fd
 * @ret: how the call ended
 *
 * Who shares the slot may have closed the file meanwhile, and its number may be
 * that of another file: how a call with that fails says nothing.
 *
 * Return: DONE_NOTHING for what failed so, otherwise @ret.
 */
int slot_fd_result(const struct slot *slot, int fd, uint64_t number, int ret);

/** slot_let_go - its dma-buf may be about to end: nobody is to count on it */
void slot_let_go(struct world *world, struct slot *slot);

/**
 * slot_iova_change - take what it has there out of the device's address space
 * @iova: where there is another one by now
 * @bytes: how much of it; 0 for none
 *
 * Of several who do it at the same time one takes out each.
 *
 * Return: 0; DONE_NOTHING where there was none; -errno.
 */
int slot_iova_change(struct world *world, struct slot *slot, uint64_t iova,
		     uint64_t bytes);

/** slot_deregister - end its memory region, if there is one */
void slot_deregister(struct slot *slot);

/** slot_detach - close its importer, if there is one */
void slot_detach(struct world *world, struct slot *slot);

/**
 * slot_range - bound arguments in pages to what is mapped
 * @page: receives an index below the mapping's pages
 * @nr: receives a count that is there from @page on
 *
 * Return: 0, or DONE_NOTHING for an empty slot.
 */
int slot_range(const struct slot *slot, int64_t *page, int64_t *nr);

/* touch.c */

/** touch_init - take SIGBUS and SIGSEGV; once for the program */
void touch_init(void);

/**
 * touch - read or write a byte that may not be there
 *
 * Return: 0 or DONE_SIGNAL().
 */
int touch(volatile char *addr, bool write);

/** touch_byte - the same with a byte of the caller */
int touch_byte(volatile char *addr, bool write, char *byte);

/**
 * touch_copy - copy @words 64-bit words, one access each
 *
 * Either may be memory that is not there.
 *
 * Return: 0 or DONE_SIGNAL().
 */
int touch_copy(volatile uint64_t *to, const volatile uint64_t *from,
	       size_t words);

/*
 * io-gate.c: what may write to the BAR's memory, counted
 *
 * Whoever looks whether anything arrives after a reset closes the gate first.
 * An actor is inside from before it begins something that may reach the memory
 * even after a reset that comes meanwhile: a new mapping, an access to one that
 * a reset does not end for good. It is flying while I/O goes on that has its
 * pages, or that a reset keeps from getting any.
 */

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
