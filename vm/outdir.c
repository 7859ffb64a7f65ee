// SPDX-License-Identifier: GPL-2.0-only
#include "outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int vm_outdir_make(const char *dir)
{
	char *path = vm_strf("%s/", dir);
	int ret = 0;

	for (char *p = strchr(path + 1, '/'); p && !ret;
	     p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			ret = -errno;
		*p = '/';
	}
	if (ret)
		vm_say("--out %s: %s", dir, strerror(-ret));
	free(path);
	return ret;
}

int vm_outdir_open(const char *dir, const char *name)
{
	char *path = vm_strf("%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		vm_say("%s: %s", path, strerror(errno));
	free(path);
	return fd;
}

void vm_outdir_save(const char *dir, const char *name,
		    const struct vm_buf *text)
{
	int fd = vm_outdir_open(dir, name);

	if (fd < 0)
		return;
	if (text->len && write(fd, text->data, text->len) < 0)
		vm_say("%s/%s: %s", dir, name, strerror(errno));
	close(fd);
}
