/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rdma - memory regions of dma-bufs, and transfers with them
 *
 * Only what races need: for everything else there is barrage/verbs.h. Each region
 * has the device open for itself, so that actors have nothing in common.
 */
#ifndef STRESS_RDMA_H
#define STRESS_RDMA_H

#include <stdbool.h>
#include <stdint.h>

#define RDMA_NAME_BYTES 64

struct rdma_region;

/**
 * rdma_open - register a dma-buf with an RDMA device
 * @name: of the device
 * @fd: the dma-buf
 * @bytes: how much of it, from its start
 * @regionp: receives it
 *
 * Return: 0; -ENODEV for a dma-buf that is revoked, or without such a device;
 * -EOPNOTSUPP where the driver has no such regions; -errno.
 */
int rdma_open(const char *name, int fd, uint64_t bytes,
	      struct rdma_region **regionp);

/** rdma_close - deregister; NULL is fine */
void rdma_close(struct rdma_region *region);

#define RDMA_PAGE 4096
#define RDMA_MAX_REQUESTS 8

/**
 * struct rdma_transfer - between host memory and a region
 * @read: RDMA READ from the region into the host's memory; otherwise WRITE
 * @host: page-aligned memory
 * @offset: into the region
 * @nr_pages: of RDMA_PAGE bytes
 * @nr_requests: that are in flight together, in about equal parts; from 1 to
 *	RDMA_MAX_REQUESTS
 */
struct rdma_transfer {
	bool read;
	char *host;
	uint64_t offset;
	unsigned int nr_pages;
	unsigned int nr_requests;
};

/**
 * rdma_run - do a transfer, by a queue pair of its own that is connected to itself
 *
 * Return: 0 where all of it has completed; -EACCES where the region can no longer be
 * used; -EIO where it failed in another way; -ETIMEDOUT; -errno.
 */
int rdma_run(struct rdma_region *region, const struct rdma_transfer *transfer);

/**
 * rdma_find - the first device that takes a dma-buf, and reads from it
 * @fd: the dma-buf
 * @bytes: of it
 * @name: receives the device's name
 *
 * Return: 0; -ENODEV where there is none; what the last one said.
 */
int rdma_find(int fd, uint64_t bytes, char name[RDMA_NAME_BYTES]);

#endif
