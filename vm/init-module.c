// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int init_module_load(const char *name, const char *parameters)
{
	const char *folder = getenv("BARRAGE_MODULES");
	int fd, ret = 0;
	char *path;

	if (!folder)
		return -ENOENT;
	path = vm_strf("%s/%s.ko", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return -errno;
	/* a symbol that is not there would be ENOENT as well */
	if (syscall(SYS_finit_module, fd, parameters, 0))
		ret = errno == ENOENT ? -ENOEXEC : -errno;
	close(fd);
	return ret;
}
