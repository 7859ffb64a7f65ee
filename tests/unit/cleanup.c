// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each test lets a child make a change and die in some way, and waits, for a
 * bounded time, until the guardian has undone it.
 */
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/cleanup.h>
#include <barrage/clock.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_NS 10000000000ull
#define POLL_NS 2000000ull

static void add(const char *part, const char *text, uint64_t *id)
{
	struct brg_cleanup_step step = {};

	snprintf(step.path, sizeof(step.path), "%s", fake_path(part));
	snprintf(step.text, sizeof(step.text), "%s", text);
	if (brg_cleanup_add(&step, 1, id))
		_exit(1);
}

/* Runs @body in a child; it ends by its own hand or by @sig. */
static void in_child(void (*body)(void), int sig)
{
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		/* a test that fails in here must not go on as a second one */
		body();
		if (sig) {
			/* whoever started us may ignore it, as nohup does */
			signal(sig, SIG_DFL);
			raise(sig);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (sig)
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == sig);
	else
		assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
}

static void await_text(const char *part, const char *text)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	while (strcmp(fake_text(part), text)) {
		if (!brg_clock_left_ms(end))
			fail_msg("%s holds \"%s\", not \"%s\"", part,
				 fake_text(part), text);
		brg_clock_sleep_ns(POLL_NS);
	}
}

static void bind_one(void)
{
	uint64_t id;

	add("unbind", "0000:01:00.0", &id);
}

static void any_end_undoes(void **state)
{
	static const int ends[] = { 0,	     SIGINT,  SIGTERM, SIGHUP,
				    SIGKILL, SIGQUIT, SIGABRT };
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		fake_file("unbind", "");
		in_child(bind_one, ends[i]);
		await_text("unbind", "0000:01:00.0");
	}
}

static void add_and_drop(void)
{
	uint64_t first, second;

	add("first", "undone", &first);
	add("second", "undone", &second);
	brg_cleanup_drop(first);
}

static void what_was_dropped_is_not_undone(void **state)
{
	fake_file("first", "as it was");
	fake_file("second", "as it was");
	in_child(add_and_drop, SIGKILL);
	await_text("second", "undone");
	/* the second was undone first, the guardian may still be at it */
	brg_clock_sleep_ns(20 * POLL_NS);
	assert_string_equal(fake_text("first"), "as it was");
}

static void add_two_to_one_file(void)
{
	uint64_t id;

	add("file", "the older change's undo", &id);
	add("file", "the newer change's undo", &id);
	add("last", "done", &id);
	brg_cleanup_drop(id);
}

static void the_newest_is_undone_first(void **state)
{
	fake_file("file", "");
	fake_file("last", "");
	in_child(add_two_to_one_file, SIGKILL);
	await_text("file", "the older change's undo");
}

static void add_three_steps(void)
{
	struct brg_cleanup_step steps[3] = {};
	uint64_t id;

	snprintf(steps[0].path, sizeof(steps[0].path), "%s", fake_path("file"));
	strcpy(steps[0].text, "step one");
	snprintf(steps[1].path, sizeof(steps[1].path), "%s",
		 fake_path("not/there"));
	strcpy(steps[1].text, "step two");
	snprintf(steps[2].path, sizeof(steps[2].path), "%s", fake_path("file"));
	strcpy(steps[2].text, "step three");
	if (brg_cleanup_add(steps, 3, &id))
		_exit(1);
}

static void a_step_that_fails_does_not_stop_the_next(void **state)
{
	fake_file("file", "");
	in_child(add_three_steps, SIGTERM);
	await_text("file", "step three");
}

static void fork_and_leave(void)
{
	uint64_t id;

	add("unbind", "0000:01:00.0", &id);
	if (!fork()) {
		brg_clock_sleep_ns(300000000);
		_exit(0);
	}
}

static void a_forked_child_that_still_runs_is_waited_for(void **state)
{
	fake_file("unbind", "");
	in_child(fork_and_leave, SIGKILL);
	brg_clock_sleep_ns(100000000);
	assert_string_equal(fake_text("unbind"), "");
	await_text("unbind", "0000:01:00.0");
}

static void add_in_parent_and_child(void)
{
	uint64_t id;
	pid_t pid;

	add("parent", "undone", &id);
	pid = fork();
	if (!pid) {
		add("child", "undone", &id);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	/* the child's own is undone while the parent goes on */
	await_text("child", "undone");
	if (strcmp(fake_text("parent"), ""))
		_exit(1);
}

static void a_forked_child_answers_for_its_own_changes(void **state)
{
	fake_file("parent", "");
	fake_file("child", "");
	in_child(add_in_parent_and_child, 0);
	await_text("parent", "undone");
}

static void share_and_let_a_child_add(void)
{
	uint64_t *ids = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	if (ids == MAP_FAILED || brg_cleanup_share())
		_exit(1);
	add("parent", "undone", &ids[0]);
	pid = fork();
	if (!pid) {
		add("child", "undone", &ids[1]);
		add("dropped", "undone", &ids[2]);
		brg_cleanup_drop(ids[0]);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	brg_cleanup_drop(ids[2]);
	/* if the child's end were the end, it would be undone by then */
	brg_clock_sleep_ns(20 * POLL_NS);
	if (strcmp(fake_text("child"), ""))
		_exit(1);
}

static void what_a_child_changes_can_be_the_parents(void **state)
{
	fake_file("parent", "");
	fake_file("child", "");
	fake_file("dropped", "");
	in_child(share_and_let_a_child_add, 0);
	await_text("child", "undone");
	brg_clock_sleep_ns(20 * POLL_NS);
	assert_string_equal(fake_text("parent"), "");
	assert_string_equal(fake_text("dropped"), "");
}

static void block_all_signals_and_add(void)
{
	sigset_t all;
	uint64_t id;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	add("unbind", "0000:01:00.0", &id);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
}

static void the_owners_signal_mask_comes_back(void **state)
{
	fake_file("unbind", "");
	in_child(block_all_signals_and_add, SIGTERM);
	await_text("unbind", "0000:01:00.0");
}

static void no_child_is_left_for_the_owner_to_wait_for(void **state)
{
	uint64_t id;

	add("nowhere", "x", &id);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	brg_cleanup_drop(id);
}

static void steps_out_of_bounds_are_refused(void **state)
{
	struct brg_cleanup_step steps[BRG_CLEANUP_MAX_STEPS + 1] = {};
	uint64_t id;

	assert_int_equal(brg_cleanup_add(steps, 0, &id), -EINVAL);
	assert_int_equal(brg_cleanup_add(steps, BRG_CLEANUP_MAX_STEPS + 1, &id),
			 -EINVAL);
}

static void the_list_has_an_end_and_dropping_makes_room(void **state)
{
	uint64_t ids[BRG_CLEANUP_MAX_ENTRIES], one_more;
	struct brg_cleanup_step step = { .path = "/nowhere/at/all" };
	size_t i;

	for (i = 0; i < BRG_CLEANUP_MAX_ENTRIES; i++)
		assert_int_equal(brg_cleanup_add(&step, 1, &ids[i]), 0);
	assert_int_equal(brg_cleanup_add(&step, 1, &one_more), -ENOSPC);
	brg_cleanup_drop(ids[5]);
	assert_int_equal(brg_cleanup_add(&step, 1, &ids[5]), 0);
	for (i = 0; i < BRG_CLEANUP_MAX_ENTRIES; i++)
		brg_cleanup_drop(ids[i]);
}

static void the_guardian_holds_none_of_the_owners_files(void **state)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	int pipefd[2];
	char byte;

	assert_int_equal(pipe2(pipefd, O_NONBLOCK), 0);
	if (!fork()) {
		bind_one();
		/* lives on for a moment, as a device in use would make it */
		_exit(0);
	}
	close(pipefd[1]);
	while (read(pipefd[0], &byte, 1) != 0) {
		assert_true(brg_clock_left_ms(end));
		brg_clock_sleep_ns(POLL_NS);
	}
	close(pipefd[0]);
	wait(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAKE_SYSFS_TEST(any_end_undoes),
		FAKE_SYSFS_TEST(what_was_dropped_is_not_undone),
		FAKE_SYSFS_TEST(the_newest_is_undone_first),
		FAKE_SYSFS_TEST(a_step_that_fails_does_not_stop_the_next),
		FAKE_SYSFS_TEST(a_forked_child_that_still_runs_is_waited_for),
		FAKE_SYSFS_TEST(a_forked_child_answers_for_its_own_changes),
		FAKE_SYSFS_TEST(what_a_child_changes_can_be_the_parents),
		FAKE_SYSFS_TEST(the_owners_signal_mask_comes_back),
		FAKE_SYSFS_TEST(no_child_is_left_for_the_owner_to_wait_for),
		FAKE_SYSFS_TEST(steps_out_of_bounds_are_refused),
		FAKE_SYSFS_TEST(the_list_has_an_end_and_dropping_makes_room),
		FAKE_SYSFS_TEST(the_guardian_holds_none_of_the_owners_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
