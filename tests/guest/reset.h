/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reset - what the tests of resets share
 *
 * There are many ways to reset a device or to take its memory away from the
 * bus. Of each the same is expected: whoever has P2P memory mapped gets SIGBUS
 * from then on, I/O that has pages pinned is waited for before anything happens
 * to the device, and the registration lives on.
 *
 * A device register, the marker, is set beforehand. A reset clears it, so that
 * nobody has to believe that there was one, or that there was none.
 */
#ifndef RESET_H
#define RESET_H

#include "guest.h"

#include <barrage/block.h>

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#define MS 1000000ull
#define RESET_IO_BYTES (64 * 1024)

/**
 * struct reset_path - one way to do it
 * @name: for messages
 * @role: of the device that it is done to
 * @begin: do it; 0 or -errno
 * @end: undo it, where the device is without memory until then; or NULL
 * @resets: the marker is cleared
 * @external: not VFIO's; access to configuration space waits for it as well
 */
struct reset_path {
	const char *name;
	const char *role;
	int (*begin)(const struct guest *guest);
	int (*end)(const struct guest *guest);
	bool resets;
	bool external;
};

extern const struct reset_path reset_vfio, reset_vfio_pmr;
extern const struct reset_path reset_hot, reset_hot_pmr;
extern const struct reset_path reset_memory_off, reset_memory_off_pmr;
extern const struct reset_path reset_d3hot, reset_flr, reset_af_flr;
extern const struct reset_path reset_low_power, reset_low_power_pmr;
extern const struct reset_path reset_sysfs, reset_sysfs_pmr, reset_bridge;
extern const struct reset_path reset_hot_twin, reset_bridge_twin;

/**
 * struct reset_call - a function in a thread of its own
 * @ret: what it returned
 * @done_ns: when
 */
struct reset_call {
	int (*call)(const struct guest *guest);
	const struct guest *guest;
	pthread_t thread;
	bool started;
	int ret;
	uint64_t done_ns;
	atomic_bool done;
};

/**
 * struct reset - one test
 * @path: what is tested
 * @guest: the device of that role, open
 * @begun: @path's end() is due
 * @call: of reset_start()
 * @other: of a test that needs a second
 * @child: killed and waited for at the end, 0 for none
 * @disk: what verified I/O is done with
 */
struct reset {
	const struct reset_path *path;
	struct guest guest;
	bool begun;
	struct reset_call call;
	struct reset_call other;
	pid_t child;
	int disk;
	uint8_t *host;
	struct brg_block_stamp stamp;
};

/* Fixtures: a test's initial state is its path, *state is a struct reset. */
int reset_setup(void **state);
int reset_teardown(void **state);

#define RESET_TEST(path_, test_)                                               \
	{                                                                      \
		.name = #path_ "_" #test_, .test_func = test_,                 \
		.setup_func = reset_setup, .teardown_func = reset_teardown,    \
		.initial_state = (void *)&path_,                               \
	}

/** reset_call_start - call in a thread; reset_teardown() joins it */
void reset_call_start(struct reset_call *call, const struct guest *guest,
		      int (*function)(const struct guest *));

/** reset_call_end - wait, bounded, for what it returned */
int reset_call_end(struct reset_call *call);

/**
 * reset_expect_call_waiting - for a moment: it does not return, for I/O
 * @call: started
 * @guest: closed; its P2P memory stays meanwhile
 * @what: it does, for messages
 */
void reset_expect_call_waiting(const struct reset_call *call,
			       const struct guest *guest, const char *what);

/** reset_start - begin() of the path in a thread, and wait until it waits */
void reset_start(struct reset *reset);

/** reset_expect_waiting - for a moment: it waits, and nothing is reset yet */
void reset_expect_waiting(const struct reset *reset);

/** reset_start_other - as reset_start(), until the memory of @other is frozen */
void reset_start_other(struct reset *reset, const struct guest *other);

/** reset_watch - the same of any device, in one of two states */
void reset_watch(const struct reset *reset, const struct guest *guest,
		 uint32_t state, uint32_t or_state);

/** reset_await_frozen_by_child - as reset_start(), where a child called it */
void reset_await_frozen_by_child(struct reset *reset);

/** reset_begin - begin() here and now; with @begun for the fixture */
int reset_begin(struct reset *reset);

/** reset_finish - end() of the path, if it has one */
void reset_finish(struct reset *reset);

/** reset_await_state - wait, bounded, for the state of the BAR */
void reset_await_state(const struct guest *guest, uint32_t state);

/**
 * reset_await_memory_off - wait, bounded, until the link was reset after an error
 *
 * That comes after that the memory was taken away.
 */
void reset_await_memory_off(const struct guest *guest);

/** reset_register - all of the BAR; resets wait @timeout_ms for its I/O */
void reset_register(const struct reset *reset, uint32_t timeout_ms);

/** reset_expect_alive - LIVE, decoding, new memory, verified I/O both ways */
void reset_expect_alive(struct reset *reset);

/** reset_offset - of a page of P2P memory, in the BAR */
uint64_t reset_offset(const struct guest *guest, const void *page);

/** reset_fill_disk - stamped blocks at the begin of the disk */
void reset_fill_disk(struct reset *reset);

/** reset_open_config - the device's own configuration space, past VFIO */
int reset_open_config(const struct guest *guest, int flags);

/* registers that say where the BARs are */
struct reset_bars {
	uint32_t reg[6];
};

/** reset_get_bars - of the device's own configuration space, past VFIO */
struct reset_bars reset_get_bars(const struct guest *guest);

/** reset_set_bars - write them back */
void reset_set_bars(const struct guest *guest, const struct reset_bars *bars);

/** reset_keep_awake - no runtime suspend; 0 or -errno */
int reset_keep_awake(const struct guest *guest);

/** reset_let_sleep - undo that */
int reset_let_sleep(const struct guest *guest);

/** reset_device_config - 16 bits of the device's own, past VFIO */
uint16_t reset_device_config(const struct guest *guest, unsigned int offset);

/* reset-marker.c: a device register that a reset clears */
void reset_marker_set(const struct guest *guest);
bool reset_marker_is_set(const struct guest *guest);

/*
 * reset-config.c: registers in configuration space. They fail no test: they are
 * called in threads and children.
 */

/** reset_config_read - 16 bits, or -errno */
int reset_config_read(const struct guest *guest, unsigned int offset);
int reset_config_write(const struct guest *guest, unsigned int offset,
		       uint16_t value);

/** reset_config_find - offset of a capability; -ENOENT, -errno */
int reset_config_find(const struct guest *guest, uint8_t id);

#endif
