// SPDX-License-Identifier: GPL-2.0-only
/* What is printed of the answer to sysrq-t and sysrq-l. */
#include "vm-test.h"

#include "hang.h"

static const char log_text[] =
	"[    6.0] sysrq: Show State\n"
	"[    6.1] task:kworker/0:1    state:I stack:0     pid:9     tgid:9\n"
	"[    6.1]  idle_worker\n"
	"[    6.2] task:kworker/1:0    state:D stack:0     pid:20    tgid:20\n"
	"[    6.2]  vfio_pci_core_disable\n"
	"[    6.3] task:fio             state:S stack:0     pid:83    tgid:83\n"
	"[    6.3]  p2p_wait_idle\n"
	"[    6.4] Sched Debug Version: v0.11, 7.3.4\n"
	"[    6.4]  not_a_stack\n"
	"[    6.5] sysrq: Show backtrace of all active CPUs\n"
	"[    6.5] NMI backtrace for cpu 1\n"
	"[    6.5] CPU: 1 UID: 0 PID: 1 Comm: barrage-init Not tainted\n"
	"[    6.5]  answering\n"
	"[    6.5] Sending NMI from CPU 1 to CPUs 0:\n"
	"[    6.6] NMI backtrace for cpu 0\n"
	"[    6.6] CPU: 0 UID: 0 PID: 84 Comm: dd Not tainted\n"
	"[    6.6]  spinning\n";

static char *print(const struct vm_strv *tasks, const char *log, size_t *n)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	*n = vm_hang_print(to, tasks, log);
	fclose(to);
	return text;
}

static void programs_and_blocked_tasks_are_shown(void **state)
{
	struct vm_strv tasks = { 0 };
	char *text;
	size_t n;

	vm_strv_add(&tasks, "83 S fio");
	text = print(&tasks, log_text, &n);
	assert_int_equal(n, 2);
	assert_contains(text, "  83 S fio\n");
	assert_contains(text, "p2p_wait_idle");
	assert_contains(text, "vfio_pci_core_disable");
	assert_null(strstr(text, "idle_worker"));
	assert_null(strstr(text, "not_a_stack"));
	free(text);
	vm_strv_free(&tasks);
}

static void processors_are_shown_but_for_inits(void **state)
{
	const struct vm_strv none = { 0 };
	char *text;
	size_t n;

	text = print(&none, log_text, &n);
	assert_int_equal(n, 1);
	assert_contains(text, "spinning");
	assert_null(strstr(text, "answering"));
	free(text);
}

static void no_answer_has_no_stacks(void **state)
{
	const struct vm_strv none = { 0 };
	size_t n;

	free(print(&none, "", &n));
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_and_blocked_tasks_are_shown),
		cmocka_unit_test(processors_are_shown_but_for_inits),
		cmocka_unit_test(no_answer_has_no_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
