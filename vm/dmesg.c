// SPDX-License-Identifier: GPL-2.0-only
#include "dmesg.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* A report's lines follow each other closely. */
#define MAX_LINES 120
#define MAX_PAUSE_S 2.0

/* Between a report's first line and the one that says what it is. */
#define MAX_LINES_BEFORE 2

/**
 * struct pattern - how the kernel's reports begin
 * @kind: short name
 * @text: the words
 * @anywhere: they may follow a prefix such as "watchdog: ", after a space;
 *	without it they start the message, as user programs' crashes and
 *	advice about mitigations have them further on
 */
struct pattern {
	const char *kind;
	const char *text;
	bool anywhere;
};

/* Of two patterns in one line, the first in the table gives the kind. */
static const struct pattern patterns[] = {
	{ "kasan", "BUG: KASAN:", true },
	{ "kcsan", "BUG: KCSAN:", true },
	{ "kfence", "BUG: KFENCE:", true },
	{ "kmsan", "BUG: KMSAN:", true },
	{ "soft lockup", "BUG: soft lockup", true },
	{ "workqueue lockup", "BUG: workqueue lockup", true },
	{ "hard lockup", "Watchdog detected hard LOCKUP", true },
	{ "sleep in atomic", "BUG: sleeping function called", true },
	{ "sleep in atomic", "BUG: scheduling while atomic", true },
	{ "page state", "BUG: Bad page", true },
	{ "bug", "kernel BUG at ", true },
	{ "bug", "BUG: ", true },
	{ "slab", "BUG ", false },
	{ "page", "page dumped because:", true },
	{ "lockdep", "WARNING: possible circular locking", true },
	{ "lockdep", "WARNING: possible recursive locking", true },
	{ "lockdep", "WARNING: possible irq lock inversion", true },
	{ "lockdep", "WARNING: inconsistent lock state", true },
	{ "lockdep", "WARNING: bad unlock balance", true },
	{ "lockdep", "WARNING: bad contention", true },
	{ "lockdep", "WARNING: held lock freed", true },
	{ "lockdep", "WARNING: Nested lock was not taken", true },
	{ "lockdep", "WARNING: lock held when returning", true },
	{ "lockdep", "INFO: trying to register non-static key", true },
	{ "rcu", "WARNING: suspicious RCU usage", true },
	{ "warning", "WARNING: ", false },
	{ "ubsan", "UBSAN: ", true },
	{ "oops", "Oops: ", true },
	{ "oops", "general protection fault", false },
	{ "oops", "double fault", false },
	{ "oops", "invalid opcode: ", false },
	{ "oops", "stack segment: ", false },
	{ "panic", "Kernel panic - not syncing", true },
	{ "rcu stall", "detected stalls on CPUs/tasks", true },
	{ "rcu stall", "detected expedited stalls", true },
	{ "rcu stall", "self-detected stall on CPU", true },
	{ "rcu stall", "detected stall, but suppressed", true },
	{ "rcu stall", "kthread starved for", true },
	{ "hung task", "blocked for more than", true },
	{ "hung task", "blocked in I/O wait for more than", true },
	{ "kmemleak", "new suspected memory leaks", true },
	{ "kmemleak", "unreferenced object 0x", true },
	{ "irq", "nobody cared", true },
	{ "list corruption", "list_add corruption", true },
	{ "list corruption", "list_del corruption", true },
	{ "refcount", "refcount_t: ", true },
};

/*
 * What looks like a report but states what the machine is: warnings about
 * mitigations that this processor or build lacks.
 */
static const char *const benign[] = {
	"WARNING: Spectre",
	"WARNING: Unprivileged eBPF",
	"WARNING: CPU does not support IBPB",
	"WARNING: BTB untrained return thunk",
	"WARNING: kernel not compiled with MITIGATION",
};

/* All have to be in the line. */
static const struct {
	const char *unit, *event;
} iommu_faults[] = {
	{ "DMAR: [", "fault addr" },
	{ "DMAR: [INTR-REMAP]", "fault index" },
	{ "AMD-Vi: Event logged", "PAGE_FAULT" },
	{ "AMD-Vi: Event logged", "DEV_TAB_HARDWARE_ERROR" },
	{ "AMD-Vi: Event logged", "INVALID_DEVICE_REQUEST" },
};

/* "dmar_fault: 12 callbacks suppressed" */
static const char *const iommu_limiters[] = { "dmar_fault: ",
					      "amd_iommu_report_page_fault: " };

size_t vm_line_length(const char *line)
{
	return strcspn(line, "\n");
}

static const char *next_line(const char *line)
{
	line += vm_line_length(line);
	return *line ? line + 1 : line;
}

/* The message after "[    1.234567] " and the like. */
static const char *message(const char *line)
{
	while (*line == '[') {
		size_t inside = strspn(line + 1, " .0123456789CT");

		if (line[inside + 1] != ']')
			break;
		line += inside + 2;
		while (*line == ' ')
			line++;
	}
	return line;
}

static double stamp(const char *line)
{
	return *line == '[' ? strtod(line + 1, NULL) : 0;
}

static bool in_line(const char *line, size_t len, const char *text)
{
	return memmem(line, len, text, strlen(text)) != NULL;
}

static bool matches(const struct pattern *p, const char *msg, size_t len)
{
	size_t size = strlen(p->text);
	const char *at = msg;

	if (size <= len && !memcmp(msg, p->text, size))
		return true;
	if (!p->anywhere)
		return false;
	while ((at = memmem(at, len - (at - msg), p->text, size))) {
		if (at[-1] == ' ')
			return true;
		at++;
	}
	return false;
}

static const struct pattern *find_pattern(const char *line)
{
	const char *msg = message(line);
	size_t len = vm_line_length(msg);

	for (size_t i = 0; i < VM_ARRAY_SIZE(benign); i++) {
		if (in_line(msg, len, benign[i]))
			return NULL;
	}
	for (size_t i = 0; i < VM_ARRAY_SIZE(patterns); i++) {
		if (matches(&patterns[i], msg, len))
			return &patterns[i];
	}
	return NULL;
}

/* Where the report around @line begins: at its ruler, if it has one. */
static const char *find_start(const char *text, const char *line)
{
	const char *start = line;

	for (int i = 0; i < MAX_LINES_BEFORE && start > text; i++) {
		const char *msg;

		start--;
		while (start > text && start[-1] != '\n')
			start--;
		msg = message(start);
		if (!strncmp(msg, "------------[ cut here", 22) ||
		    !strncmp(msg, "=====", 5))
			return start;
	}
	return line;
}

static const char *find_end(const char *line)
{
	double last = stamp(line);

	for (int i = 0; i < MAX_LINES && *line; i++) {
		const char *msg = message(line);

		if (*line == '[' && stamp(line) > last + MAX_PAUSE_S)
			return line;
		last = stamp(line);
		line = next_line(line);
		if (!strncmp(msg, "---[ end ", 9))
			return line;
	}
	return line;
}

static size_t count_iommu_faults(const char *line)
{
	size_t len = vm_line_length(line);
	const char *msg = message(line);

	for (size_t i = 0; i < VM_ARRAY_SIZE(iommu_faults); i++) {
		if (in_line(line, len, iommu_faults[i].unit) &&
		    in_line(line, len, iommu_faults[i].event))
			return 1;
	}
	for (size_t i = 0; i < VM_ARRAY_SIZE(iommu_limiters); i++) {
		size_t size = strlen(iommu_limiters[i]);

		if (!strncmp(msg, iommu_limiters[i], size) &&
		    in_line(line, len, "callbacks suppressed"))
			return strtoul(msg + size, NULL, 10);
	}
	return 0;
}

void vm_dmesg_scan(const char *text, struct vm_dmesg *dmesg)
{
	const char *line, *end = text;

	*dmesg = (struct vm_dmesg){ 0 };
	for (line = text; *line; line = next_line(line)) {
		size_t faults = count_iommu_faults(line);
		const struct pattern *p;

		if (faults && !dmesg->nr_iommu_faults)
			dmesg->first_iommu_fault = line - text;
		dmesg->nr_iommu_faults += faults;
		/* What a report's own lines say is part of it. */
		p = line >= end ? find_pattern(line) : NULL;
		if (!p)
			continue;
		end = find_end(line);
		if (dmesg->nr_splats < VM_MAX_SPLATS)
			dmesg->splats[dmesg->nr_splats] = (struct vm_splat){
				.kind = p->kind,
				.start = find_start(text, line) - text,
				.line = line - text,
				.end = end - text,
			};
		dmesg->nr_splats++;
	}
}
