/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * importer - devices that import dma-bufs, for tests
 *
 * Both edu are on barrage-importer. The first one has two importers, the other
 * one has the third. What a failing test leaves open, the fixture closes.
 */
#ifndef IMPORTER_H
#define IMPORTER_H

#include "guest-call.h"
#include "guest.h"

#include <barrage/importer.h>

/* what the tests export: far enough in to notice an offset that is lost */
#define IMPORTER_OFFSET (6 * MIB)
#define IMPORTER_LEN (64 * PAGE)

/* of one transfer: less than the buffer, nothing round */
#define IMPORTER_BYTES 1500

/*
 * of one that the IOMMU is to stop: QEMU does it in pieces of so much, each of
 * which is a fault, and the kernel tells of a few only
 */
#define IMPORTER_STALE_BYTES 4

#define IMPORTER_MS 1000000ull

/*
 * As slow as an importer can be: never reached where something else is to end
 * it, which a call that took less shows.
 */
#define IMPORTER_LONG_MS BRG_IMPORTER_MAX_DELAY_MS

/* emulation, with all debugging on, beside others */
#define IMPORTER_SLACK_MS 30000

#define IMPORTER_MAX 3

/**
 * struct importer - what a test has
 * @it: open importers; of the first two the device is the same
 * @dmabuf: which the fixture closes, -1 for none
 * @call: of importer_start(), the last one
 */
struct importer {
	struct brg_pci_binding bindings[2];
	struct brg_importer it[IMPORTER_MAX];
	int dmabuf;
	struct guest_call *call;
};

/** importer_get - that of this test */
struct importer *importer_get(void);

/** importer_export - a dma-buf of IMPORTER_LEN at IMPORTER_OFFSET */
int importer_export(const struct guest *guest);

/** importer_use - export, attach to one of them, map for both ways */
const struct brg_importer *importer_use(const struct guest *guest,
					enum brg_importer_mode mode);

/** importer_attach - the test's dma-buf to one of them, and map it */
const struct brg_importer *importer_attach(size_t which,
					   enum brg_importer_mode mode);

/** importer_expect_works - DMA both ways, proven, at that offset of the dma-buf */
void importer_expect_works(const struct guest *guest,
			   const struct brg_importer *it, uint64_t offset,
			   uint64_t seed);

/** importer_expect_state - what STATUS says */
void importer_expect_state(const struct brg_importer *it,
			   enum brg_importer_state state);

/**
 * importer_await_revoked - wait, bounded, until it says that it is
 *
 * Who took the memory back may be faster to return than the importer's work is
 * to note what it did.
 *
 * Return: what it says then.
 */
struct brg_importer_status
importer_await_revoked(const struct brg_importer *it);

/** importer_status - what it is */
struct brg_importer_status importer_status(const struct brg_importer *it);

/**
 * importer_expect_stopped - misbehave both ways at offset 0 of the mapping that
 *	there was last: the IOMMU stops it, the BAR does not change
 * @guest: open, with memory
 */
void importer_expect_stopped(const struct guest *guest,
			     const struct brg_importer *it);

/** importer_start - call in a thread; the fixture joins it */
void importer_start(int (*call)(void *arg), void *arg);

/** importer_end_call - wait, bounded; is there no call any more? */
bool importer_end_call(void);

/** importer_join - wait, bounded, for what it returned */
int importer_join(void);

/** importer_is_done - has it returned? */
bool importer_is_done(void);

/** importer_await_asleep - wait, bounded, until it waits for something, or is done */
void importer_await_asleep(void);

/** importer_took_ms - how long it took */
uint64_t importer_took_ms(void);

/** importer_dma - one transfer of @length bytes at @offset; 0 or -errno */
int importer_dma(const struct brg_importer *it, bool to_dmabuf, uint64_t offset,
		 uint32_t length);

/** importer_await_dma - wait, bounded, until so many were begun */
void importer_await_dma(const struct brg_importer *it, uint64_t nr);

int importer_setup(void **state);

#define IMPORTER_TEST(test)                                                    \
	cmocka_unit_test_setup_teardown(test, importer_setup, guest_teardown)

#endif
