// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "p2pmem"
#include <barrage/p2pmem.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "size.h"

#define POOL "bus/pci/devices/%s/p2pmem"

static int no_pool(const char *bdf, int err)
{
	if (err == -ENOENT)
		return brg_fail(err,
				"%s: it has no peer-to-peer memory: no BAR is "
				"registered, and its driver offers none",
				bdf);
	return brg_fail(err, "%s: p2pmem: %s", bdf, strerror(-err));
}

int brg_p2pmem_read(const char *bdf, struct brg_p2pmem *pool)
{
	uint64_t size, available, published;
	int ret;

	ret = brg_sysfs_read_u64(&size, POOL "/size", bdf);
	if (!ret)
		ret = brg_sysfs_read_u64(&available, POOL "/available", bdf);
	if (!ret)
		ret = brg_sysfs_read_u64(&published, POOL "/published", bdf);
	if (ret)
		return no_pool(bdf, ret);
	pool->size_bytes = size;
	pool->available_bytes = available;
	pool->published = published;
	return 0;
}

static int explain_map(const char *bdf, size_t len, int err)
{
	char want[BRG_SIZE_BYTES], left[BRG_SIZE_BYTES], all[BRG_SIZE_BYTES];
	struct brg_p2pmem pool;

	if (err == -EAGAIN)
		return brg_fail(
			err,
			"%s: its peer-to-peer memory is frozen: a reset "
			"or an unregistration is on its way",
			bdf);
	if (err != -ENOMEM || brg_p2pmem_read(bdf, &pool))
		return brg_fail(err, "%s: cannot map peer-to-peer memory: %s",
				bdf, strerror(-err));
	return brg_fail(err,
			"%s: BAR exhausted: %s wanted, %s of %s left (in "
			"pieces, perhaps): ask for less, or use a larger BAR",
			bdf, brg_size_text(len, want),
			brg_size_text(pool.available_bytes, left),
			brg_size_text(pool.size_bytes, all));
}

int brg_p2pmem_map(const char *bdf, size_t len, void **addrp)
{
	char path[BRG_SYSFS_PATH_BYTES];
	void *addr;
	int fd, ret;

	ret = brg_sysfs_path(path, sizeof(path), POOL "/allocate", bdf);
	if (ret)
		return ret;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return brg_fail(-errno, "%s: %s: root is needed", path,
				strerror(errno));
	if (fd < 0)
		return no_pool(bdf, -errno);
	addr = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ret = addr == MAP_FAILED ? -errno : 0;
	close(fd);
	if (ret)
		return explain_map(bdf, len, ret);
	*addrp = addr;
	return 0;
}
