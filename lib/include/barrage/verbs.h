/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * verbs - RDMA devices, memory regions and queue pairs, through libibverbs
 *
 * Nothing here knows a driver by name: what runs on a software device in the
 * emulated machine runs on hardware. Queue pairs are connected without a
 * connection manager, so InfiniBand and RoCE devices will do, iWARP ones will
 * not.
 *
 * Of one device, region or pair, one thread at a time. Calls that fail set
 * brg_last_error() to a line that names the device and its driver.
 */
#ifndef BARRAGE_VERBS_H
#define BARRAGE_VERBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <barrage/pci.h>
#include <barrage/rdma-driver.h>

#define BRG_VERBS_NAME_BYTES 64
#define BRG_VERBS_MAX_DEVICES 64
/* longer than any transfer takes that ends at all */
#define BRG_VERBS_PATIENCE_MS 30000

struct ibv_context;
struct ibv_cq;
struct ibv_comp_channel;
struct ibv_mr;
struct ibv_pd;
struct ibv_qp;

/**
 * struct brg_verbs_info - a device, not opened
 * @name: "mlx5_0"
 * @driver: what is known about its driver
 * @driver_id: the kernel's number of the driver
 * @bdf: the PCI device that does the DMA; "" where there is none
 */
struct brg_verbs_info {
	char name[BRG_VERBS_NAME_BYTES];
	const struct brg_rdma_driver *driver;
	uint32_t driver_id;
	char bdf[BRG_PCI_BDF_BYTES];
};

/**
 * brg_verbs_list - the RDMA devices that this process may use
 * @infos: receives up to @max
 * @max: room in @infos
 *
 * Return: how many, 0 included; -EOPNOTSUPP where the kernel has no RDMA; -errno.
 */
int brg_verbs_list(struct brg_verbs_info *infos, size_t max);

/**
 * struct brg_verbs - an open device
 * @info: what it is
 * @port: number of the port that is used; 0 for none
 * @gid_index: of that port's address; -1 where the port goes by LID
 * @max_mr_bytes: limit of the device for one region
 * @max_mr: how many regions the device has
 * @max_depth: requests in one queue
 * @spin_ns: how long a wait looks at the queue before it sleeps: 0 where the
 *	CPU has the copy to do
 */
struct brg_verbs {
	struct brg_verbs_info info;
	struct ibv_context *context;
	struct ibv_pd *pd;
	uint8_t port;
	int gid_index;
	uint64_t max_mr_bytes;
	uint32_t max_mr;
	uint32_t max_depth;
	uint64_t spin_ns;
};

/**
 * brg_verbs_open - open a device, with a protection domain
 * @name: "mlx5_0"; NULL: the first one that has an active port
 * @port: number, from 1; 0: the first active one
 * @verbsp: receives it
 *
 * Return: 0; -ENODEV (no such device; which there are is in the line);
 * -ENETDOWN (no active port); -EOPNOTSUPP (iWARP; no RC queue pairs; the kernel
 * has no RDMA); -EINVAL (no device has such a port); -EACCES; -errno.
 */
int brg_verbs_open(const char *name, unsigned int port,
		   struct brg_verbs **verbsp);

/**
 * brg_verbs_open_regions - open a device for memory regions, and nothing else
 * @name: "mlx5_0"
 * @verbsp: receives it; brg_verbs_pair_open() refuses it
 *
 * Whether a device takes some memory has nothing to do with its ports: they may
 * be down, or iWARP's.
 *
 * Return: 0; -ENODEV; -EOPNOTSUPP (the kernel has no RDMA); -EACCES; -errno.
 */
int brg_verbs_open_regions(const char *name, struct brg_verbs **verbsp);

/** brg_verbs_close - close it; its regions and pairs first; NULL is fine */
void brg_verbs_close(struct brg_verbs *verbs);

/**
 * struct brg_verbs_mr - a memory region
 * @verbs: of this device
 * @mr: libibverbs' own; NULL where the kernel was asked directly
 * @handle: the kernel's
 * @lkey: @rkey: for requests
 * @iova: address of its first byte, for requests
 * @bytes: of it
 *
 * Zeroed, there is none.
 */
struct brg_verbs_mr {
	const struct brg_verbs *verbs;
	struct ibv_mr *mr;
	uint32_t handle;
	uint32_t lkey;
	uint32_t rkey;
	uint64_t iova;
	uint64_t bytes;
};

/**
 * brg_verbs_reg_host - register memory of this process
 * @verbs: open
 * @addr: first byte; that is the region's iova as well
 * @bytes: of it
 * @mr: receives it; untouched on failure
 *
 * Readable and writable, locally and remotely.
 *
 * Return: 0; -ENOMEM (RLIMIT_MEMLOCK, or no more regions), -EFAULT (not
 * mapped, or memory that cannot be pinned for long, as P2P pages cannot),
 * -EINVAL (no bytes, too many); -errno.
 */
int brg_verbs_reg_host(const struct brg_verbs *verbs, void *addr,
		       uint64_t bytes, struct brg_verbs_mr *mr);

/**
 * struct brg_verbs_dmabuf - which part of a dma-buf to register
 * @fd: of the dma-buf; 0 is one as good as any
 * @offset: into it
 * @bytes: of it
 * @iova: address of its first byte in requests, with the offset's place in a
 *	page
 */
struct brg_verbs_dmabuf {
	int fd;
	uint64_t offset;
	uint64_t bytes;
	uint64_t iova;
};

/**
 * brg_verbs_reg_dmabuf - register a part of a dma-buf
 * @verbs: open
 * @dmabuf: which part
 * @mr: receives it; untouched on failure
 *
 * ibv_reg_dmabuf_mr(), and where the device's part of libibverbs does not have
 * that call (Debian 12: all but mlx5 and efa), the kernel's REG_DMABUF_MR
 * itself. Readable and writable, locally and remotely.
 *
 * Return: 0; -EOPNOTSUPP where the driver has no such regions or the exporter
 * refuses how it attaches (the line says which); -ENODEV for a dma-buf that is
 * revoked, or whose device went away; -EBADF; -EINVAL (not a dma-buf, no bytes,
 * out of the dma-buf, iova and offset not alike within a page); -errno.
 */
int brg_verbs_reg_dmabuf(const struct brg_verbs *verbs,
			 const struct brg_verbs_dmabuf *dmabuf,
			 struct brg_verbs_mr *mr);

/**
 * brg_verbs_dereg - deregister
 * @mr: zeroed afterwards; one that is zeroed already is fine
 *
 * Return: 0; -errno, -EBUSY while a memory window is bound to it.
 */
int brg_verbs_dereg(struct brg_verbs_mr *mr);

/**
 * brg_verbs_find_importer - the first device that takes a dma-buf
 * @fd: dma-buf, of a page or more
 * @verbsp: receives the open device
 *
 * Found by trying: each device registers the dma-buf's first page.
 *
 * Return: 0; -ENODEV where there is no RDMA device; -EOPNOTSUPP where none
 * takes it, with each one's reason in the line; -errno.
 */
int brg_verbs_find_importer(int fd, struct brg_verbs **verbsp);

/**
 * struct brg_verbs_pair - two connected RC queue pairs
 * @ends: 0 requests, 1 answers: the memory of its regions is remote
 * @depth: requests that may be under way
 *
 * Treat the rest as opaque.
 */
struct brg_verbs_pair {
	struct brg_verbs_end {
		const struct brg_verbs *verbs;
		struct ibv_comp_channel *channel;
		struct ibv_cq *cq;
		struct ibv_qp *qp;
	} ends[2];
	uint32_t depth;
	bool armed;
};

/**
 * brg_verbs_pair_open - make two queue pairs and connect them
 * @requester: device of the end that posts
 * @responder: device of the other end: may be the same
 * @depth: requests that may be under way, from 1
 * @pair: receives it; closed on failure
 *
 * Return: 0; -EINVAL (depth); -EHOSTUNREACH, -ETIMEDOUT (no way from the one
 * port to the other); -errno.
 */
int brg_verbs_pair_open(const struct brg_verbs *requester,
			const struct brg_verbs *responder, uint32_t depth,
			struct brg_verbs_pair *pair);

/** brg_verbs_pair_close - undo it; half-open and zeroed ones are fine */
void brg_verbs_pair_close(struct brg_verbs_pair *pair);

/**
 * brg_verbs_pair_reconnect - connect again, after a request has failed
 * @pair: open; what is still under way is dropped
 *
 * Return: 0; -errno.
 */
int brg_verbs_pair_reconnect(struct brg_verbs_pair *pair);

enum brg_verbs_op {
	BRG_VERBS_READ, /* remote to local */
	BRG_VERBS_WRITE, /* local to remote */
};

/**
 * struct brg_verbs_request - one RDMA READ or WRITE
 * @op: which
 * @local: region of the requester's device
 * @local_offset: into it
 * @remote: region of the responder's device
 * @remote_offset: into it
 * @bytes: to move; nothing is checked here: the device does that
 * @id: comes back with the completion
 */
struct brg_verbs_request {
	enum brg_verbs_op op;
	const struct brg_verbs_mr *local;
	uint64_t local_offset;
	const struct brg_verbs_mr *remote;
	uint64_t remote_offset;
	uint32_t bytes;
	uint64_t id;
};

/**
 * brg_verbs_post - post a request
 * @pair: connected
 * @request: copied
 *
 * Does not wait. Each one gives a completion.
 *
 * Return: 0; -ENOMEM where @depth requests are under way; -EINVAL; -errno.
 */
int brg_verbs_post(struct brg_verbs_pair *pair,
		   const struct brg_verbs_request *request);

/**
 * struct brg_verbs_done - one completion
 * @id: of the request
 * @status: enum ibv_wc_status; 0 is success
 */
struct brg_verbs_done {
	uint64_t id;
	uint32_t status;
};

/**
 * brg_verbs_wait - wait for a completion
 * @pair: connected
 * @timeout_ms: at most
 * @done: receives it, failed ones as well
 *
 * Return: 0; -ETIMEDOUT; -ENODEV where the device went away; -errno.
 */
int brg_verbs_wait(struct brg_verbs_pair *pair, int timeout_ms,
		   struct brg_verbs_done *done);

/**
 * brg_verbs_transfer - one request, from the post to its completion
 * @pair: connected, with nothing under way
 * @request: which
 *
 * Return: 0; what brg_verbs_status_errno() makes of a failed completion;
 * -ETIMEDOUT after BRG_VERBS_PATIENCE_MS; -errno.
 */
int brg_verbs_transfer(struct brg_verbs_pair *pair,
		       const struct brg_verbs_request *request);

/**
 * brg_verbs_status_text - a completion's status in words
 * @status: enum ibv_wc_status; unknown ones are named as such, by number
 * @text: receives the words
 * @size: of @text
 */
void brg_verbs_status_text(uint32_t status, char *text, size_t size);

/**
 * brg_verbs_status_errno - the errno that is nearest to a status
 * @status: enum ibv_wc_status
 *
 * Return: 0; -EACCES (the other end refuses: no such region, or no right to
 * it); -EFAULT (this end's region); -ETIMEDOUT (no answer); -ECANCELED (an
 * earlier request failed); -EREMOTEIO (the other end is broken); -EIO.
 */
int brg_verbs_status_errno(uint32_t status);

#endif
