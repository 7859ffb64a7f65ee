// SPDX-License-Identifier: GPL-2.0-only
#include "judge.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "hang.h"
#include "qemu.h"

#define TAIL_LINES 40

static const char *text(const struct vm_buf *buf)
{
	return buf->data ? buf->data : "";
}

static void print_tail(const char *log)
{
	const char *start = log + strlen(log);

	for (int lines = 0; start > log; start--) {
		if (start[-1] == '\n' && lines++ > TAIL_LINES)
			break;
	}
	fprintf(stderr, "%s%s", start, *start ? "\n" : "");
}

static void print_stacks(const struct vm_session *s)
{
	/* Init's answer comes with the log, sysrq's on the serial line. */
	const struct vm_buf *from = s->want_log ? &s->log : &s->console;
	const char *log = text(from);
	size_t mark = s->hang_mark < from->len ? s->hang_mark : 0;

	if (!vm_hang_print(stderr, &s->tasks, log + mark)) {
		vm_say("the machine gave no stacks; %s",
		       s->console.len ? "the end of its console:" :
					"its console is empty");
		print_tail(text(&s->console));
	}
}

static void print_splats(const struct vm_session *s,
			 const struct vm_dmesg *dmesg)
{
	for (size_t i = 0; i < dmesg->nr_splats && i < VM_MAX_SPLATS; i++) {
		const struct vm_splat *splat = &dmesg->splats[i];

		vm_say("kernel log: %s:", splat->kind);
		fprintf(stderr, "%.*s\n", (int)(splat->end - splat->start),
			s->log.data + splat->start);
	}
	if (dmesg->nr_splats > VM_MAX_SPLATS)
		vm_say("and %zu more", dmesg->nr_splats - VM_MAX_SPLATS);
}

/* Returns true where the kernel log fails the run. */
static bool judge_log(const struct vm_session *s, const struct vm_dmesg *dmesg)
{
	bool tolerant = s->options->allow_splat || s->options->shell;
	bool expected = s->machine->topology->iommu_faults_expected;
	const char *fault = text(&s->log) + dmesg->first_iommu_fault;

	print_splats(s, dmesg);
	if (dmesg->nr_iommu_faults)
		vm_say("%zu or more IOMMU faults%s, the first: %.*s",
		       dmesg->nr_iommu_faults,
		       expected ? ", as this topology expects" : "",
		       (int)vm_line_length(fault), fault);
	return !tolerant &&
	       (dmesg->nr_splats || (dmesg->nr_iommu_faults && !expected));
}

static int judge_exit(const struct vm_session *s, bool log_fails)
{
	if (s->killed_by)
		vm_say("the command was killed by signal %d (%s)", s->killed_by,
		       strsignal(s->killed_by));
	if (s->stuck) {
		vm_say("the command ended, but processes that it left behind could not be killed:");
		print_stacks(s);
		return VM_EXIT_FAIL;
	}
	return log_fails ? VM_EXIT_FAIL : s->status;
}

static int judge_death(const struct vm_session *s, const char *qemu_log,
		       bool log_fails)
{
	if (!WIFEXITED(s->qemu_status) || WEXITSTATUS(s->qemu_status)) {
		vm_qemu_explain(s->qemu_status, qemu_log);
		return VM_EXIT_HARNESS;
	}
	if (strstr(text(&s->log), "Kernel panic")) {
		if (!log_fails)
			print_tail(text(&s->console));
		vm_say("the kernel panicked %s",
		       s->command_ms ? "while the command ran" :
				       "before the command could run");
	} else {
		vm_say("the machine stopped before the command ended; the end of its console:");
		print_tail(text(&s->console));
	}
	return VM_EXIT_FAIL;
}

/*
 * A machine that died, or never came to user space, said its last words on the
 * serial line only. What it was made to say about a hang is not among them.
 */
static void join_console(struct vm_session *s)
{
	size_t len = 0;

	if (s->end == VM_END_DIED)
		len = s->console.len;
	else if (s->end == VM_END_BOOT_TIMEOUT)
		len = s->hang_mark;
	vm_buf_add(&s->log, text(&s->console), len);
}

static int judge_timeout(const struct vm_session *s)
{
	if (s->end == VM_END_BOOT_TIMEOUT)
		vm_say("no user space after %lld s",
		       (long long)(s->deadline - s->start_ms) / 1000);
	else if (!s->command_ms)
		vm_say("the devices were not ready in time");
	else
		vm_say("the command did not end within %d s; what it was doing:",
		       s->options->timeout_s);
	print_stacks(s);
	return VM_EXIT_TIMEOUT;
}

int vm_judge(struct vm_session *s, const char *qemu_log, struct vm_dmesg *dmesg)
{
	bool log_fails;

	join_console(s);
	vm_dmesg_scan(s->log.data, dmesg);
	log_fails = judge_log(s, dmesg);
	switch (s->end) {
	case VM_END_EXIT:
		return judge_exit(s, log_fails);
	case VM_END_TIMEOUT:
	case VM_END_BOOT_TIMEOUT:
		return judge_timeout(s);
	case VM_END_DIED:
		return judge_death(s, qemu_log, log_fails);
	case VM_END_LOST:
		vm_say("QEMU lost the end of interrupt %#x on processor %d, which sleeps for ever: not the fault of what ran in it; run it again (docs/emulation.md)",
		       s->lost_vector, s->lost_cpu);
		return VM_EXIT_HARNESS;
	case VM_END_LOST_TAIL:
		vm_say("QEMU lost a write to the IOMMU, whose invalidation queue stands still at %#llx for ever: not the fault of what ran in it; run it again (docs/emulation.md)",
		       (unsigned long long)s->vtd.tail);
		return VM_EXIT_HARNESS;
	case VM_END_SIGNAL:
		vm_say("stopped");
		return 128 + s->signal;
	case VM_END_OUTPUT:
		return 128 + SIGPIPE;
	case VM_END_ERROR:
		vm_say("%s", s->error);
		break;
	case VM_END_NONE:
		break;
	}
	return VM_EXIT_HARNESS;
}
