// SPDX-License-Identifier: GPL-2.0-only
#include "disk-io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <barrage/log.h>

int disk_io_open(struct disk_io *io, const struct brg_disk *disk)
{
	int ret = brg_disk_check_scratch(disk);

	*io = (struct disk_io){ .fd = -1, .disk = disk };
	if (ret)
		return ret;
	io->fd = open(disk->path, O_RDWR | O_DIRECT | O_EXCL | O_CLOEXEC);
	if (io->fd < 0)
		return brg_fail(-errno, "%s: cannot open it: %s", disk->path,
				strerror(errno));
	return 0;
}

void disk_io_close(struct disk_io *io)
{
	if (io->fd >= 0)
		close(io->fd);
	io->fd = -1;
}

static int whole(const struct disk_io *io, const char *what, ssize_t got,
		 size_t len, uint64_t offset)
{
	int err = got < 0 ? -errno : -EIO;

	if (got == (ssize_t)len)
		return 0;
	return brg_fail(err, "%s: O_DIRECT %s of %zu bytes at %llu: %s",
			io->disk->path, what, len, (unsigned long long)offset,
			got < 0 ? strerror(-err) : "cut short");
}

int disk_io_read(const struct disk_io *io, void *to, size_t len,
		 uint64_t offset)
{
	return whole(io, "read", pread(io->fd, to, len, (off_t)offset), len,
		     offset);
}

int disk_io_write(const struct disk_io *io, const void *from, size_t len,
		  uint64_t offset)
{
	return whole(io, "write", pwrite(io->fd, from, len, (off_t)offset), len,
		     offset);
}

int disk_io_read_mem(const struct disk_io *io, struct brg_mem *mem, size_t at,
		     size_t len, uint64_t offset)
{
	int ret = disk_io_read(io, (char *)brg_mem_io_addr(mem) + at, len,
			       offset);

	return ret ? ret : brg_mem_after_read(mem, at, len);
}

int disk_io_write_mem(const struct disk_io *io, struct brg_mem *mem, size_t at,
		      size_t len, uint64_t offset)
{
	int ret = brg_mem_before_write(mem, at, len);

	return ret ? ret :
		     disk_io_write(io, (char *)brg_mem_io_addr(mem) + at, len,
				   offset);
}

bool disk_io_is_refusal(int err)
{
	return err == -EREMOTEIO || err == -EINVAL || err == -EOPNOTSUPP;
}
