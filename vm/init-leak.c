// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define KMEMLEAK INIT_DEBUGFS "/kmemleak"

/* kmemleak reports an object only when it is older than 5 s. */
#define MIN_AGE_S 6

static int scan(void)
{
	int fd = open(KMEMLEAK, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0 || write(fd, "scan", 4) != 4)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

static int save_report(void)
{
	struct vm_buf report = { 0 };
	int fd, ret;

	ret = vm_read_file(KMEMLEAK, 1 << 20, &report);
	if (!ret && report.len) {
		fd = open(VM_GUEST_OUT "/kmemleak",
			  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0 || write(fd, report.data, report.len) < 0)
			ret = -errno;
		if (fd >= 0)
			close(fd);
	}
	vm_buf_free(&report);
	return ret;
}

/* Returns the status that the process ends with: 0 or an errno. */
int init_leak_scan(void)
{
	int ret;
	pid_t pid;

	pid = fork();
	if (pid)
		return pid;
	ret = scan();
	if (!ret) {
		sleep(MIN_AGE_S);
		ret = scan();
	}
	if (!ret)
		ret = save_report();
	_exit(-ret);
}
