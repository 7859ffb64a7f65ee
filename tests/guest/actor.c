// SPDX-License-Identifier: GPL-2.0-only
#include "actor.h"

#include "guest.h"

#include <barrage/clock.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATIENCE_NS 30000000000ull
#define POLL_NS 1000000ull

static bool stretching;

static void load(const char *name, const char *params)
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
	if (syscall(SYS_finit_module, fd, params, 0) && errno != EEXIST)
		fail_msg("%s %s: %s", path, params, strerror(errno));
	close(fd);
}

void actor_bind(struct actor *actor, const char *role)
{
	load("barrage-actor", "");
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

void stretch_start(const char *function, bool at_return, pid_t tid,
		   unsigned int ms)
{
	char params[256];

	snprintf(params, sizeof(params),
		 "function=%s at_return=%d tid=%d ms=%u", function, at_return,
		 tid, ms);
	load("barrage-stretch", params);
	stretching = true;
}

void stretch_await(void)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	char hits[8];
	ssize_t len;
	int fd;

	do {
		fd = open("/sys/module/barrage_stretch/parameters/hits",
			  O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		len = read(fd, hits, sizeof(hits) - 1);
		close(fd);
		if (len > 0 && hits[0] == '1')
			return;
		brg_clock_sleep_ns(POLL_NS);
	} while (brg_clock_left_ms(end));
	fail_msg("the thread never came to the place");
}

void stretch_end(void)
{
	if (!stretching)
		return;
	stretching = false;
	assert_int_equal(syscall(SYS_delete_module, "barrage_stretch", 0), 0);
}
