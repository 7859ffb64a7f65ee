// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "dmabuf"
#include "dmabuf-fd.h"

#include <barrage/log.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DMABUF_NAME "/dmabuf:"

int brg_dmabuf_check(int fd)
{
	char path[64], name[64] = "";
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || flags & O_PATH)
		return brg_fail(-EBADF,
				"file %d is not open, or was opened with "
				"O_PATH",
				fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, name, sizeof(name) - 1) < 0)
		return brg_fail(-errno, "%s: %s", path, strerror(errno));
	if (strncmp(name, DMABUF_NAME, strlen(DMABUF_NAME)))
		return brg_fail(-EINVAL, "file %d is %s, not a dma-buf", fd,
				name);
	return 0;
}
