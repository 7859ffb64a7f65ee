/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioas - a BAR of the provider in the address space of a device that does DMA
 *
 * The device is "edu" on vfio-pci. Its address space has a buffer of host memory
 * at IOAS_HOST at all times, and what the test maps at IOAS_BAR. What a failing
 * test leaves open, the fixture closes.
 */
#ifndef IOAS_H
#define IOAS_H

#include "guest.h"

#include <barrage/edu.h>

/* where it is mapped for DMA: edu reaches below 4 GiB */
#define IOAS_HOST 0x10000000ull
#define IOAS_BAR 0x20000000ull
#define IOAS_OTHER_BAR 0x30000000ull

/* what the tests export: far enough in to notice an offset that is lost */
#define IOAS_OFFSET (4 * MIB)
#define IOAS_LEN (64 * PAGE)

/* of one transfer: less than a page, nothing round */
#define IOAS_BYTES 3000

/* of one that is to be stopped: QEMU may tell of every four bytes of it */
#define IOAS_STOPPED_BYTES 4

/**
 * struct ioas - the device that does DMA
 * @edu: closed where edu.regs is NULL
 * @host: memory that it sees at IOAS_HOST, IOAS_LEN bytes
 * @dmabuf: of the test, which the fixture closes; -1 for none
 */
struct ioas {
	struct brg_pci_binding binding;
	struct brg_edu edu;
	uint8_t *host;
	int dmabuf;
};

/** ioas_get - that of this test */
struct ioas *ioas_get(void);

/** ioas_open - open the device again that a test closed */
void ioas_open(struct ioas *ioas);

/** ioas_close - close it, and its host memory */
void ioas_close(struct ioas *ioas);

/** ioas_export - a dma-buf of IOAS_LEN at IOAS_OFFSET of the provider's BAR */
int ioas_export(const struct guest *guest);

/** ioas_map_errno - map a dma-buf at IOAS_BAR; 0 or -errno */
int ioas_map_errno(int fd);

/** ioas_map - export, map at IOAS_BAR */
void ioas_map(const struct guest *guest);

/** ioas_unmap - what is at IOAS_BAR, revoked or not */
void ioas_unmap(void);

/** ioas_fill - bytes that look like no others, by @seed */
void ioas_fill(uint8_t *bytes, size_t len, uint64_t seed);

/** ioas_bar_write - write to the provider's BAR, by its owner's CPU */
void ioas_bar_write(const struct guest *guest, uint64_t offset,
		    const uint8_t *bytes, size_t len);

/**
 * ioas_expect_bar - what the BAR holds, for its owner's CPU and for the
 *	observer outside of the machine
 */
void ioas_expect_bar(const struct guest *guest, uint64_t offset,
		     const uint8_t *bytes, size_t len);

/** ioas_has_arrived - does the BAR hold this, for its owner's CPU? */
bool ioas_has_arrived(const struct guest *guest, uint64_t offset,
		      const uint8_t *bytes, size_t len);

/**
 * ioas_store - host memory to the device's buffer, from there to memory
 * @iova: where to
 * @bytes: IOAS_BYTES of them
 */
void ioas_store(uint64_t iova, const uint8_t *bytes);

/** ioas_load - the other way round */
void ioas_load(uint64_t iova, uint8_t *bytes);

/** ioas_provoke - try to write to memory that the device does not have */
void ioas_provoke(uint64_t iova);

/** ioas_expect_works - DMA both ways, proven, between edu and IOAS_BAR */
void ioas_expect_works(const struct guest *guest, uint64_t seed);

/** ioas_expect_stopped - DMA both ways faults, and moves nothing */
void ioas_expect_stopped(const struct guest *guest, uint64_t iova,
			 uint64_t offset);

/** ioas_attach - the device to another address space; 0 or -errno */
int ioas_attach(uint32_t ioas_id);

/** ioas_detach - from any */
void ioas_detach(void);

int ioas_setup(void **state);

#define IOAS_TEST(test)                                                        \
	cmocka_unit_test_setup_teardown(test, ioas_setup, guest_teardown)

#endif
