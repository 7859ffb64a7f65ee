// SPDX-License-Identifier: GPL-2.0-only
/* A group is over when the last of it is gone, not when its leader is. */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../group.h"

#define LIMIT_MS 10000

struct members {
	pid_t leader;
	pid_t other;
};

/* the leader tells who the other is; both sleep, unless it is to end at once */
static void lead(int to, int status)
{
	pid_t other;

	setpgid(0, 0);
	other = fork();
	while (!other)
		pause();
	if (write(to, &other, sizeof(other)) != sizeof(other))
		_exit(99);
	while (status < 0)
		pause();
	_exit(status);
}

static struct members start(int status)
{
	struct members members;
	int up[2];

	group_adopt();
	assert_int_equal(pipe(up), 0);
	members.leader = fork();
	if (!members.leader)
		lead(up[1], status);
	assert_true(members.leader > 0);
	assert_int_equal(read(up[0], &members.other, sizeof(members.other)),
			 sizeof(members.other));
	close(up[0]);
	close(up[1]);
	return members;
}

static void assert_gone(pid_t pid)
{
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void who_outlives_its_leader_is_killed(void **state)
{
	struct members members = start(7);
	int status = -1;

	while (!group_has_ended(members.leader))
		usleep(1000);
	assert_int_equal(kill(members.other, 0), 0);
	assert_true(group_kill(members.leader, LIMIT_MS, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_gone(members.leader);
	assert_gone(members.other);
}

static void all_are_killed(void **state)
{
	struct members members = start(-1);
	int status = -1;

	assert_false(group_has_ended(members.leader));
	assert_true(group_kill(members.leader, LIMIT_MS, &status));
	assert_true(WIFSIGNALED(status));
	assert_gone(members.leader);
	assert_gone(members.other);
}

static void an_empty_group_is_gone(void **state)
{
	struct members members = start(0);
	int status = -1;

	assert_true(group_kill(members.leader, LIMIT_MS, &status));
	status = -1;
	assert_true(group_kill(members.leader, LIMIT_MS, &status));
	assert_int_equal(status, -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_outlives_its_leader_is_killed),
		cmocka_unit_test(all_are_killed),
		cmocka_unit_test(an_empty_group_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
