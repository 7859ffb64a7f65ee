// SPDX-License-Identifier: GPL-2.0-only
/* I/O can be stalled again, whoever was forked while it was. */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../engine/stall.h"

#define PAGE 4096

static char buffer[2 * PAGE] __attribute__((aligned(PAGE)));

static void a_child_does_not_keep_the_trap(void **state)
{
	struct world world = { .disk = memfd_create("disk", MFD_CLOEXEC) };
	struct stall stall = { .page = buffer, .trap = buffer + PAGE };
	pid_t child;
	int ret;

	assert_int_equal(ftruncate(world.disk, 2 * PAGE), 0);
	ret = stall_begin(&world, &stall);
	if (ret == -EPERM || ret == -ENOSYS) {
		close(world.disk);
		skip();
	}
	assert_int_equal(ret, 0);
	child = fork();
	if (!child)
		for (;;)
			pause();
	assert_true(child > 0);
	assert_int_equal(stall_end(&stall), 0);
	ret = stall_begin(&world, &stall);
	if (!ret)
		assert_int_equal(stall_end(&stall), 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(ret, 0);
	close(world.disk);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_does_not_keep_the_trap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
