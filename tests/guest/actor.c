// SPDX-License-Identifier: GPL-2.0-only
#include "actor.h"

#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void load(const char *name)
{
	const char *folder = getenv("BARRAGE_MODULES");
	char path[512];
	int fd;

	if (!folder)
		fail_msg("BARRAGE_MODULES does not name the kernel's modules");
	snprintf(path, sizeof(path), "%s/%s.ko", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail_msg("%s: %s", path, strerror(errno));
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		fail_msg("%s: %s", path, strerror(errno));
	close(fd);
}

void actor_bind(struct actor *actor, const char *role)
{
	load("barrage-actor");
	actor->bdf = guest_role(role);
	assert_good(brg_pci_bind(actor->bdf, "barrage-actor", &actor->binding));
}

void actor_unbind(struct actor *actor)
{
	if (!actor->bdf)
		return;
	actor->bdf = NULL;
	assert_good(brg_pci_restore(&actor->binding));
}

int actor_do(const struct actor *actor, const char *fmt, ...)
{
	char path[128], line[256];
	va_list ap;
	int fd, len, ret = 0;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/command",
		 actor->bdf);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (write(fd, line, len) != len)
		ret = -errno;
	close(fd);
	return ret;
}
