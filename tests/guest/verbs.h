/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs - an RDMA device for tests, and regions of the provider's BAR
 *
 * What the machine lacks is made here: a software device, and the PCI device
 * that it maps dma-bufs for. The tests themselves know of neither.
 */
#ifndef VERBS_H
#define VERBS_H

#include "guest.h"

#include <barrage/dmabuf.h>
#include <barrage/mem.h>
#include <barrage/rxe.h>
#include <barrage/verbs.h>

#define VERBS_DEPTH 64
#define VERBS_SEED 20261121u

/**
 * struct verbs - what a test has
 * @guest: the provider, open
 * @dev: RDMA device, open
 * @pair: connected to itself
 * @local: region of @host
 * @mem: of tests that use another kind of memory; NULL, or closed at the end
 * @host: 2 MiB of memory of this process
 */
struct verbs {
	struct guest guest;
	struct brg_pci_binding parent;
	struct brg_verbs *dev;
	struct brg_verbs_pair pair;
	struct brg_verbs_mr local;
	struct brg_mem *mem;
	uint8_t *host;
};

#define VERBS_HOST_BYTES (2 * MIB)

int verbs_setup(void **state);
int verbs_teardown(void **state);

#define VERBS_TEST(test)                                                       \
	cmocka_unit_test_setup_teardown(test, verbs_setup, verbs_teardown)

/** verbs_fill - bytes that no other @number gives */
void verbs_fill(void *buf, size_t len, unsigned int number);

/** verbs_export - one range of the provider's BAR; asserts; returns the fd */
int verbs_export(const struct verbs *v, uint64_t offset, uint64_t length);

/** verbs_reg - register a dma-buf from its start; 0 or -errno */
int verbs_reg(const struct verbs *v, int fd, uint64_t bytes,
	      struct brg_verbs_mr *mr);

/** verbs_write - from the host region to a remote one; 0 or -errno */
int verbs_write(struct verbs *v, uint64_t from, const struct brg_verbs_mr *mr,
		uint64_t to, uint32_t bytes);

/** verbs_read - from a remote region to the host one; 0 or -errno */
int verbs_read(struct verbs *v, const struct brg_verbs_mr *mr, uint64_t from,
	       uint64_t to, uint32_t bytes);

#endif
