/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* verbs-priv - what the files of verbs share */
#ifndef BRG_VERBS_PRIV_H
#define BRG_VERBS_PRIV_H

#include <barrage/verbs.h>

/** brg_verbs_name - "mlx5_0 (mlx5)", for messages; valid as long as @verbs */
#define BRG_VERBS_WHO "%s (%s)"
#define BRG_VERBS_WHO_ARGS(verbs) (verbs)->info.name, (verbs)->info.driver->name

/**
 * brg_verbs_explain_host - why the kernel did not register host memory
 * @verbs: device
 * @err: negative errno
 * @bytes: of the region
 * @memlock: RLIMIT_MEMLOCK in bytes; UINT64_MAX: none
 * @text: receives a reason, and what to do
 * @size: of @text
 */
void brg_verbs_explain_host(const struct brg_verbs *verbs, int err,
			    uint64_t bytes, uint64_t memlock, char *text,
			    size_t size);

/**
 * brg_verbs_explain_dmabuf - why the kernel did not register a dma-buf
 * @verbs: device
 * @err: negative errno
 * @dmabuf: what was asked for
 * @size_bytes: of the dma-buf; negative errno where it is none
 * @text: receives a reason, and what to do
 * @size: of @text
 */
void brg_verbs_explain_dmabuf(const struct brg_verbs *verbs, int err,
			      const struct brg_verbs_dmabuf *dmabuf,
			      int64_t size_bytes, char *text, size_t size);

/**
 * brg_verbs_ioctl_reg_dmabuf - REG_DMABUF_MR, without the device's library
 *
 * Return: 0 with the region's numbers in @mr; -errno of the kernel.
 */
int brg_verbs_ioctl_reg_dmabuf(const struct brg_verbs *verbs,
			       const struct brg_verbs_dmabuf *dmabuf,
			       uint32_t access, struct brg_verbs_mr *mr);

/** brg_verbs_ioctl_dereg - MR_DESTROY; 0 or -errno */
int brg_verbs_ioctl_dereg(const struct brg_verbs_mr *mr);

#endif
