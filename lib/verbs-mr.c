// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "verbs"
#include <barrage/log.h>
#include <barrage/verbs.h>

#include <errno.h>
#include <infiniband/verbs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "verbs-priv.h"

#define ACCESS                                                                 \
	(IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_READ |                     \
	 IBV_ACCESS_REMOTE_WRITE)
#define TEXT_BYTES 384

static void keep(const struct brg_verbs *verbs, struct ibv_mr *got,
		 uint64_t iova, uint64_t bytes, struct brg_verbs_mr *mr)
{
	*mr = (struct brg_verbs_mr){
		.verbs = verbs,
		.mr = got,
		.handle = got->handle,
		.lkey = got->lkey,
		.rkey = got->rkey,
		.iova = iova,
		.bytes = bytes,
	};
}

static uint64_t memlock_bytes(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) ||
	    limit.rlim_cur == RLIM_INFINITY)
		return UINT64_MAX;
	return limit.rlim_cur;
}

int brg_verbs_reg_host(const struct brg_verbs *verbs, void *addr,
		       uint64_t bytes, struct brg_verbs_mr *mr)
{
	struct ibv_mr *got;
	char text[TEXT_BYTES];
	int err;

	got = ibv_reg_mr(verbs->pd, addr, bytes, ACCESS);
	if (got) {
		keep(verbs, got, (uintptr_t)addr, bytes, mr);
		return 0;
	}
	err = errno ? -errno : -EIO;
	brg_verbs_explain_host(verbs, err, bytes, memlock_bytes(), text,
			       sizeof(text));
	return brg_fail(
		err, BRG_VERBS_WHO ": no region of %llu bytes of memory: %s",
		BRG_VERBS_WHO_ARGS(verbs), (unsigned long long)bytes, text);
}

/* a dma-buf knows its size, which a seek to its end shows */
static int64_t size_of(int fd)
{
	struct statfs fs;
	off_t size;

	if (fstatfs(fd, &fs))
		return -errno;
	if (fs.f_type != DMA_BUF_MAGIC)
		return -EINVAL;
	size = lseek(fd, 0, SEEK_END);
	return size < 0 ? -errno : (int64_t)size;
}

int brg_verbs_reg_dmabuf(const struct brg_verbs *verbs,
			 const struct brg_verbs_dmabuf *dmabuf,
			 struct brg_verbs_mr *mr)
{
	struct brg_verbs_mr made = {
		.verbs = verbs,
		.iova = dmabuf->iova,
		.bytes = dmabuf->bytes,
	};
	char text[TEXT_BYTES];
	struct ibv_mr *got;
	int err = 0;

	got = ibv_reg_dmabuf_mr(verbs->pd, dmabuf->offset, dmabuf->bytes,
				dmabuf->iova, dmabuf->fd, ACCESS);
	if (got) {
		keep(verbs, got, dmabuf->iova, dmabuf->bytes, mr);
		return 0;
	}
	err = errno ? -errno : -EIO;
	if (err == -EOPNOTSUPP)
		err = brg_verbs_ioctl_reg_dmabuf(verbs, dmabuf, ACCESS, &made);
	if (!err) {
		*mr = made;
		return 0;
	}
	brg_verbs_explain_dmabuf(verbs, err, dmabuf, size_of(dmabuf->fd), text,
				 sizeof(text));
	return brg_fail(
		err,
		BRG_VERBS_WHO
		": no region of %llu bytes at %llu of dma-buf fd %d: %s",
		BRG_VERBS_WHO_ARGS(verbs), (unsigned long long)dmabuf->bytes,
		(unsigned long long)dmabuf->offset, dmabuf->fd, text);
}

int brg_verbs_dereg(struct brg_verbs_mr *mr)
{
	const struct brg_verbs *verbs = mr->verbs;
	int ret;

	if (!verbs)
		return 0;
	ret = mr->mr ? -ibv_dereg_mr(mr->mr) : brg_verbs_ioctl_dereg(mr);
	*mr = (struct brg_verbs_mr){};
	if (ret)
		return brg_fail(ret, BRG_VERBS_WHO ": cannot deregister: %s",
				BRG_VERBS_WHO_ARGS(verbs), strerror(-ret));
	return 0;
}

/* what was tried so far, with the reason of each */
static void add_reason(char *reasons, size_t size)
{
	size_t used = strlen(reasons);

	snprintf(reasons + used, size - used, "%s%s", used ? "; " : "",
		 brg_last_error());
}

static int try_device(const char *name, int fd, struct brg_verbs **verbsp)
{
	const struct brg_verbs_dmabuf page = {
		.fd = fd,
		.bytes = (uint64_t)sysconf(_SC_PAGESIZE),
	};
	struct brg_verbs_mr mr = {};
	struct brg_verbs *verbs;
	int ret = brg_verbs_open(name, 0, &verbs);

	if (ret)
		return ret;
	ret = brg_verbs_reg_dmabuf(verbs, &page, &mr);
	if (!ret)
		ret = brg_verbs_dereg(&mr);
	if (!ret)
		*verbsp = verbs;
	else
		brg_verbs_close(verbs);
	return ret;
}

int brg_verbs_find_importer(int fd, struct brg_verbs **verbsp)
{
	struct brg_verbs_info infos[BRG_VERBS_MAX_DEVICES];
	int nr = brg_verbs_list(infos, BRG_VERBS_MAX_DEVICES);
	char reasons[768] = "";

	if (nr < 0)
		return nr;
	if (!nr)
		return brg_fail(-ENODEV,
				"there is no RDMA device: load its driver");
	for (int i = 0; i < nr; i++) {
		if (!try_device(infos[i].name, fd, verbsp))
			return 0;
		add_reason(reasons, sizeof(reasons));
	}
	return brg_fail(-EOPNOTSUPP, "no RDMA device takes dma-buf fd %d: %s",
			fd, reasons);
}
