// SPDX-License-Identifier: GPL-2.0-only
/* A disk is made to hold, and let go when its time is over. */
#include "vm-test.h"

#include "hold.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "text.h"

/* what stands for QEMU, and the last limit that it was told */
struct qemu {
	int fds[2];
	pthread_t thread;
	bool refuses;
	int nr;
	json_t *limit;
};

static void answer(struct qemu *qemu, json_t *command)
{
	bool limits =
		!strcmp(json_string_value(json_object_get(command, "execute")),
			"block_set_io_throttle");
	char *text =
		vm_strf("{\"%s\": {}, \"id\": %lld}\n",
			limits && qemu->refuses ? "error" : "return",
			json_integer_value(json_object_get(command, "id")));

	if (limits) {
		json_decref(qemu->limit);
		qemu->limit =
			json_incref(json_object_get(command, "arguments"));
		qemu->nr++;
	}
	assert_int_equal(write(qemu->fds[1], text, strlen(text)), strlen(text));
	free(text);
}

/* Each command is one message. */
static void *serve(void *arg)
{
	struct qemu *qemu = arg;
	char line[1024];
	ssize_t n;

	while ((n = read(qemu->fds[1], line, sizeof(line))) > 0) {
		json_t *command = json_loadb(line, (size_t)n, 0, NULL);

		answer(qemu, command);
		json_decref(command);
	}
	return NULL;
}

static int set_up(void **state)
{
	struct qemu *qemu = calloc(1, sizeof(*qemu));

	*state = qemu;
	return !qemu || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, qemu->fds) ||
	       pthread_create(&qemu->thread, NULL, serve, qemu);
}

static int tear_down(void **state)
{
	struct qemu *qemu = *state;

	close(qemu->fds[0]);
	pthread_join(qemu->thread, NULL);
	close(qemu->fds[1]);
	json_decref(qemu->limit);
	free(qemu);
	return 0;
}

static json_int_t limit(const struct qemu *qemu, const char *name)
{
	return json_integer_value(json_object_get(qemu->limit, name));
}

static void a_disk_holds_for_its_time(void **state)
{
	struct qemu *qemu = *state;
	struct vm_hold hold = { 0 };
	int64_t before_ms = vm_now_ms();

	assert_int_equal(vm_hold_left_ms(&hold, before_ms), -1);
	assert_int_equal(vm_hold_begin(&hold, qemu->fds[0], "disk", 400), 0);
	assert_string_equal(
		json_string_value(json_object_get(qemu->limit, "id")),
		"device-disk");
	assert_int_equal(limit(qemu, "iops"), 1);
	assert_int_equal(limit(qemu, "iops_size"), 512);
	assert_in_range(hold.until_ms, before_ms + 400, vm_now_ms() + 400);
	assert_int_equal(vm_hold_left_ms(&hold, hold.until_ms - 100), 100);
	assert_int_equal(vm_hold_left_ms(&hold, hold.until_ms), 0);
	assert_int_equal(vm_hold_left_ms(&hold, hold.until_ms + 7), 0);
	assert_int_equal(vm_hold_end(&hold, qemu->fds[0]), 0);
	assert_int_equal(limit(qemu, "iops"), 0);
	assert_int_equal(vm_hold_left_ms(&hold, hold.until_ms), -1);
	assert_int_equal(qemu->nr, 2);
	assert_int_equal(vm_hold_end(&hold, qemu->fds[0]), 0);
	assert_int_equal(qemu->nr, 2);
}

/* longer than the limit would have what waits wait */
static void times_that_cannot_be(void **state)
{
	struct qemu *qemu = *state;
	struct vm_hold hold = { 0 };

	assert_int_equal(vm_hold_begin(&hold, qemu->fds[0], "disk", 0),
			 -EINVAL);
	assert_int_equal(
		vm_hold_begin(&hold, qemu->fds[0], "disk", VM_HOLD_MAX_MS + 1),
		-EINVAL);
	assert_int_equal(qemu->nr, 0);
}

static void one_at_a_time(void **state)
{
	struct qemu *qemu = *state;
	struct vm_hold hold = { 0 };

	assert_int_equal(vm_hold_begin(&hold, qemu->fds[0], "disk", 400), 0);
	assert_int_equal(vm_hold_begin(&hold, qemu->fds[0], "slow", 400),
			 -EBUSY);
	assert_string_equal(hold.role, "disk");
	vm_hold_free(&hold);
}

static void qemu_refuses(void **state)
{
	struct qemu *qemu = *state;
	struct vm_hold hold = { 0 };

	qemu->refuses = true;
	assert_int_equal(vm_hold_begin(&hold, qemu->fds[0], "disk", 400),
			 -EPROTO);
	assert_int_equal(vm_hold_left_ms(&hold, vm_now_ms()), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_disk_holds_for_its_time,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(times_that_cannot_be, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(one_at_a_time, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(qemu_refuses, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
