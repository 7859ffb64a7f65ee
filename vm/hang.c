// SPDX-License-Identifier: GPL-2.0-only
#include "hang.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dmesg.h"

/* What a person still reads; the whole of it is in the saved log. */
#define MAX_STACKS 24
#define MAX_LINES 40

#define INIT_NAME "Comm: barrage-init "

static const char *next_line(const char *line)
{
	line += vm_line_length(line);
	return *line ? line + 1 : line;
}

static const char *find(const char *line, const char *text)
{
	return memmem(line, vm_line_length(line), text, strlen(text));
}

/* "task:fio state:D stack:0 pid:83 tgid:83 ...": the start of a stack. */
static bool is_task(const char *line, int *pid, char *state)
{
	const char *s = find(line, " state:");
	const char *p = find(line, " pid:");

	if (!find(line, "task:") || !s || !p)
		return false;
	*state = s[strlen(" state:")];
	*pid = atoi(p + strlen(" pid:"));
	return true;
}

static bool is_listed(const struct vm_strv *tasks, int pid)
{
	for (size_t i = 0; i < tasks->n; i++) {
		if (atoi(tasks->v[i]) == pid)
			return true;
	}
	return false;
}

static bool is_end(const char *line)
{
	return find(line, "sysrq: ") || find(line, "Sched Debug Version") ||
	       find(line, "NMI backtrace for cpu ") ||
	       find(line, "Sending NMI from CPU ");
}

/* From the one line to the next task or the end of sysrq's answer. */
static void print_stack(FILE *to, const char *line)
{
	int pid;
	char state;

	for (int i = 0; i < MAX_LINES && *line; i++) {
		if (i && (is_task(line, &pid, &state) || is_end(line)))
			break;
		fprintf(to, "  %.*s\n", (int)vm_line_length(line), line);
		line = next_line(line);
	}
}

/* Nothing to see: it runs init, which answers, or nothing at all. */
static bool is_idle(const char *line)
{
	for (int i = 0; i < 4 && *line; i++) {
		line = next_line(line);
		if (find(line, INIT_NAME) || find(line, "safe_halt"))
			return true;
	}
	return false;
}

static void print_processors(FILE *to, const char *log)
{
	const char *line;
	int stacks = 0;

	for (line = log; *line && stacks < MAX_STACKS; line = next_line(line)) {
		if (!find(line, "NMI backtrace for cpu ") || is_idle(line))
			continue;
		fprintf(to, "\n");
		print_stack(to, line);
		stacks++;
	}
}

size_t vm_hang_print(FILE *to, const struct vm_strv *tasks, const char *log)
{
	struct vm_strv seen = { 0 };
	const char *line;
	char state;
	int pid;

	for (size_t i = 0; i < tasks->n; i++)
		fprintf(to, "%s  %s\n", i ? "" : "  PID STATE NAME\n",
			tasks->v[i]);
	for (line = log; *line; line = next_line(line)) {
		if (!is_task(line, &pid, &state) || is_listed(&seen, pid) ||
		    (state != 'D' && !is_listed(tasks, pid)))
			continue;
		vm_strv_add(&seen, "%d", pid);
		if (seen.n > MAX_STACKS)
			continue;
		fprintf(to, "\n");
		print_stack(to, line);
	}
	print_processors(to, log);
	pid = seen.n;
	vm_strv_free(&seen);
	return pid;
}
