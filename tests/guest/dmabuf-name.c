// SPDX-License-Identifier: GPL-2.0-only
/*
 * The name of an exported dma-buf, as O_PATH opens it: whoever has it has the
 * dma-buf, though its file is gone, and must not be waited for. In Linux 7.3
 * the driver cannot be unbound meanwhile.
 */
#include "children.h"
#include "guest.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_S 20

/*
 * A child that has nothing but the name of the dma-buf open, for as long as
 * PATIENCE_S, and the closed file's place taken by others.
 */
static pid_t keep_name(int fd)
{
	char path[64];
	int ready[2], i;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	pid = child_start();
	if (!pid) {
		if (open(path, O_PATH | O_CLOEXEC) < 0)
			_exit(1);
		for (i = 3; i < 100; i++) {
			int flags = fcntl(i, F_GETFL);

			if (i != ready[1] && flags >= 0 && !(flags & O_PATH))
				close(i);
		}
		for (i = 0; i < 64; i++)
			open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		alarm(PATIENCE_S);
		for (;;)
			pause();
	}
	close(ready[1]);
	child_await(ready[0]);
	close(ready[0]);
	return pid;
}

/* The child is there still, where nobody waited for it to end. */
static void end_keeper(pid_t pid, const char *who)
{
	int status;

	if (waitpid(pid, &status, WNOHANG))
		fail_msg("%s waited for whoever has the name", who);
	child_kill(pid);
}

static void defect_name_keeps_the_driver_bound(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest);
	pid_t pid = keep_name(fd);

	close(fd);
	assert_good(brg_vfio_reset(&guest->vfio));
	brg_vfio_close(&guest->vfio);
	assert_good(brg_pci_restore(&guest->binding));
	end_keeper(pid, "unbind");
}

static void it_does_not_keep_the_bar_from_being_registered(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest);
	pid_t pid = keep_name(fd);

	close(fd);
	guest_register(guest);
	guest_unregister(guest);
	end_keeper(pid, "registration");
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(it_does_not_keep_the_bar_from_being_registered),
};

const struct guest_suite guest_dmabuf_name = GUEST_SUITE(tests);

static const struct CMUnitTest defects[] = {
	GUEST_TEST(defect_name_keeps_the_driver_bound),
};

const struct guest_suite guest_defects_name = GUEST_SUITE(defects);
