// SPDX-License-Identifier: GPL-2.0-only
/* I/O can be stalled again, whoever was forked while it was. */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
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

/* what is asked for is what is done, and is stalled in the middle of it */
static void writes_and_batches_are_stalled(void **state)
{
	static const unsigned int how[] = { STALL_WRITES, STALL_AIO,
					    STALL_AIO | STALL_WRITES };
	struct world world = { .disk = memfd_create("disk", MFD_CLOEXEC) };
	char there;

	for (size_t i = 0; i < sizeof(how) / sizeof(*how); i++) {
		struct stall stall = {
			.how = how[i],
			.page = buffer,
			.trap = buffer + PAGE,
		};
		int ret;

		assert_int_equal(ftruncate(world.disk, 0), 0);
		assert_int_equal(ftruncate(world.disk, 2 * PAGE), 0);
		memset(buffer, 'x', PAGE);
		ret = stall_begin(&world, &stall);
		if (ret == -EPERM || ret == -ENOSYS) {
			close(world.disk);
			skip();
		}
		assert_int_equal(ret, 0);
		assert_false(atomic_load(&stall.ended));
		assert_int_equal(stall_end(&stall), 0);
		assert_int_equal(pread(world.disk, &there, 1, 0), 1);
		assert_int_equal(there, how[i] & STALL_WRITES ? 'x' : 0);
		assert_int_equal(buffer[0], there);
	}
	close(world.disk);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_does_not_keep_the_trap),
		cmocka_unit_test(writes_and_batches_are_stalled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
