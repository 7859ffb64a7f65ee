/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest - what the tests of the real kernel share
 *
 * They run as root in the emulated machine. Each test gets the provider open
 * and unregistered; afterwards it is closed, its peer-to-peer memory has to be
 * gone, and the kernel log is read. Nothing is skipped: a kernel without the
 * feature fails.
 */
#ifndef GUEST_H
#define GUEST_H

#include "../unit/test.h"

#include <barrage/p2p.h>
#include <barrage/p2pmem.h>
#include <barrage/pci.h>
#include <barrage/vfio.h>

#include <linux/vfio.h>

#define MIB (1ull << 20)
#define PAGE 4096ull

/* for calls of the library: 0, or the test fails with what it says */
#define assert_good(call)                                                      \
	do {                                                                   \
		int result_ = (call);                                          \
		if (result_)                                                   \
			fail_msg("%s: %s (%s)", #call, strerror(-result_),     \
				 brg_last_error());                            \
	} while (0)

/* the errno that a call must end with, named in the report */
#define assert_errno(call, errno_)                                             \
	do {                                                                   \
		int result_ = (call);                                          \
		if (result_ != -(errno_))                                      \
			fail_msg("%s: %d (%s), not %s", #call, result_,        \
				 strerror(result_ < 0 ? -result_ : 0),         \
				 #errno_);                                     \
	} while (0)

/**
 * struct guest - one provider
 * @bdf: of it
 * @bar: number of the BAR that is large enough to be registered
 * @bar_bytes: of that BAR
 * @bar_start: its physical address
 * @bar_map: of guest_map_bar()
 */
struct guest {
	const char *bdf;
	unsigned int bar;
	uint64_t bar_bytes;
	uint64_t bar_start;
	struct brg_pci_binding binding;
	struct brg_vfio vfio;
	void *bar_map;
};

/* One file of tests; main.c has the list. */
struct guest_suite {
	const struct CMUnitTest *tests;
	size_t nr;
};

#define GUEST_SUITE(array)                                                     \
	{                                                                      \
		array, sizeof(array) / sizeof((array)[0])                      \
	}

extern const struct guest_suite guest_amplifier;
extern const struct guest_suite guest_amplifier_ends;
extern const struct guest_suite guest_amplifier_meet;
extern const struct guest_suite guest_amplifier_race;
extern const struct guest_suite guest_amplifier_whom;
extern const struct guest_suite guest_arguments;
extern const struct guest_suite guest_registration;
extern const struct guest_suite guest_exclusion;
extern const struct guest_suite guest_memory;
extern const struct guest_suite guest_teardown_suite;
extern const struct guest_suite guest_io;
extern const struct guest_suite guest_pins;
extern const struct guest_suite guest_growth;
extern const struct guest_suite guest_kinds;
extern const struct guest_suite guest_kinds_dmabuf;
extern const struct guest_suite guest_kinds_direct;
extern const struct guest_suite guest_kinds_revoke;
extern const struct guest_suite guest_ownership;
extern const struct guest_suite guest_reset_deadlock;
extern const struct guest_suite guest_reset_closed;
extern const struct guest_suite guest_reset_error;
extern const struct guest_suite guest_reset_errors;
extern const struct guest_suite guest_reset_frozen;
extern const struct guest_suite guest_reset_power;
extern const struct guest_suite guest_reset_unplug;
extern const struct guest_suite guest_reset_vf;
extern const struct guest_suite guest_reset_registers;
extern const struct guest_suite guest_reset_off;
extern const struct guest_suite guest_reset_slot;
extern const struct guest_suite guest_reset_driver;
extern const struct guest_suite guest_reset_epoch;
extern const struct guest_suite guest_reset_idle;
extern const struct guest_suite guest_reset_pins;
extern const struct guest_suite guest_bars;
extern const struct guest_suite guest_providers;
extern const struct guest_suite guest_bar_map;
extern const struct guest_suite guest_bar_map_race;
extern const struct guest_suite guest_dmabuf_file;
extern const struct guest_suite guest_dmabuf_holders;
extern const struct guest_suite guest_dmabuf_map;
extern const struct guest_suite guest_dmabuf_name;
extern const struct guest_suite guest_dmabuf_revoke;
extern const struct guest_suite guest_dmabuf_memattr;
extern const struct guest_suite guest_pages_export;
extern const struct guest_suite guest_pages_io;
extern const struct guest_suite guest_pages_maps;
extern const struct guest_suite guest_pages_faults;
extern const struct guest_suite guest_pages_ends;
extern const struct guest_suite guest_pages_races;
extern const struct guest_suite guest_pages_revoke;
extern const struct guest_suite guest_pages_reset;
extern const struct guest_suite guest_defects_p2pdma;
extern const struct guest_suite guest_defects_dmabuf;
extern const struct guest_suite guest_defects_bars;
extern const struct guest_suite guest_defects_file;
extern const struct guest_suite guest_defects_mmap;
extern const struct guest_suite guest_defects_name;
extern const struct guest_suite guest_defects_often;
extern const struct guest_suite guest_without_pages;
extern const struct guest_suite guest_importer_attach;
extern const struct guest_suite guest_importer_dma;
extern const struct guest_suite guest_importer_ends;
extern const struct guest_suite guest_importer_faults;
extern const struct guest_suite guest_importer_fences;
extern const struct guest_suite guest_importer_races;
extern const struct guest_suite guest_importer_revoke;
extern const struct guest_suite guest_importer_slow;
extern const struct guest_suite guest_importer_stale;
extern const struct guest_suite guest_ioas_dma;
extern const struct guest_suite guest_verbs_host;
extern const struct guest_suite guest_verbs_data;
extern const struct guest_suite guest_verbs_inputs;
extern const struct guest_suite guest_ioas_revoke;
extern const struct guest_suite guest_ioas_order;
extern const struct guest_suite guest_ioas_busy;
extern const struct guest_suite guest_ioas_input;
extern const struct guest_suite guest_rules_remove;
extern const struct guest_suite guest_export_input;
extern const struct guest_suite guest_importer_input;
extern const struct guest_suite guest_rules_dmabuf;
extern const struct guest_suite guest_rules_pages;
extern const struct guest_suite guest_verbs_apart;
extern const struct guest_suite guest_verbs_ends;
extern const struct guest_suite guest_verbs_races;
extern const struct guest_suite guest_verbs_refused;
extern const struct guest_suite guest_verbs_revoke;

/* fixtures: *state is the struct guest of the role PROVIDER */
int guest_setup(void **state);
int guest_teardown(void **state);

#define GUEST_TEST(test)                                                       \
	cmocka_unit_test_setup_teardown(test, guest_setup, guest_teardown)

/**
 * guest_begin - for other fixtures that have the provider: guest_setup()
 * @undo: as of fixture_begin(); is to call guest_undo() at its end
 */
void guest_begin(void **state, void (*undo)(void));

/** guest_undo - for fixture_begin(): close what the fixture has open */
void guest_undo(void);

/**
 * guest_open - bind and open the device of a role ("PROVIDER", "PMR")
 *
 * Where that fails, nothing of it is left.
 */
void guest_open(struct guest *guest, const char *role);

/**
 * guest_open_function - the same of a device that has no role
 * @bdf: stays with the caller, until it is closed
 * @bar: number of the one that is large enough
 * @token: as brg_vfio_open_with_token() has it
 */
void guest_open_function(struct guest *guest, const char *bdf, unsigned int bar,
			 const uint8_t *token);

/** guest_second - the device of another role; the fixture closes it */
const struct guest *guest_second(const char *role);

/** guest_close - undo guest_open(); p2pmem has to go with it */
void guest_close(struct guest *guest);

/** guest_try_close - the same, to the end whatever fails; 0 or -errno */
int guest_try_close(struct guest *guest);

/** guest_reopen - close the VFIO file and open it again */
void guest_reopen(struct guest *guest);

/** guest_await_open - open it again, once nothing holds it; within a minute */
void guest_await_open(struct guest *guest);

/**
 * guest_feature - the ioctl as it is, with any argsz
 * @op: VFIO_DEVICE_FEATURE_{GET,SET,PROBE}
 *
 * Return: 0 or more; -errno.
 */
int guest_feature(const struct guest *guest, uint32_t op, uint32_t argsz,
		  struct vfio_device_feature_p2p_register *reg);

/** guest_set - SET with the whole structure */
int guest_set(const struct guest *guest,
	      struct vfio_device_feature_p2p_register reg);

/** guest_state - assert the state of the BAR */
void guest_expect_state(const struct guest *guest, uint32_t state);

/** guest_register - register the whole BAR, and assert that it works */
void guest_register(const struct guest *guest);

/** guest_unregister - the opposite */
void guest_unregister(const struct guest *guest);

/**
 * guest_map_bar - map the first 2 MiB of the BAR through VFIO
 *
 * The mapping keeps the device open: the fixture undoes it in any case.
 */
void *guest_map_bar(struct guest *guest);
void guest_unmap_bar(struct guest *guest);

/** guest_export - the first 2 MiB of the BAR as a dma-buf, for the test to close */
int guest_export(const struct guest *guest);

/** guest_map - allocate P2P memory, and assert that it works */
void *guest_map(const struct guest *guest, size_t len);

/** guest_register_and_touch - both of one page, in use by the CPU */
void *guest_register_and_touch(const struct guest *guest);

/** guest_map_errno - allocate and unmap again; 0 or -errno */
int guest_map_errno(const struct guest *guest, size_t len);

/** guest_has_pool - is there a p2pmem folder? */
bool guest_has_pool(const struct guest *guest);

/** guest_await_available - wait, bounded, until so much is free again */
void guest_await_available(const struct guest *guest, uint64_t bytes);

/**
 * guest_touch - read or write one byte
 *
 * Return: 0, or the number of the signal that it raised.
 */
int guest_touch(volatile void *addr, bool write);

/** guest_expect_driver - wait, bounded, until it is so; "" for none */
void guest_expect_driver(const char *role, const char *driver);

/**
 * guest_provoke_fault - call before each DMA that the IOMMU is to stop
 *
 * The kernel tells of three in five seconds: this waits until it would tell.
 */
void guest_provoke_fault(void);

/**
 * guest_expect_fault - wait, bounded, until the kernel tells of DMA stopped
 * @bdf: of the device that did it
 * @write: it was to write memory
 * @iova: any address in the page, of which nothing is mapped
 *
 * What else the kernel complains of fails the test, as does, at its end, each
 * such DMA that nobody expected.
 */
void guest_expect_fault(const char *bdf, bool write, uint64_t iova);

/** guest_role - environment of a role; fails the test where it is missing */
const char *guest_role(const char *role);

#endif
