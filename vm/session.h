/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One machine from QEMU's start to its end: what comes out of it goes where it
 * belongs, and every wait has a limit.
 */
#ifndef VM_SESSION_H
#define VM_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "hold.h"
#include "kept.h"
#include "lapic.h"
#include "machine.h"
#include "options.h"
#include "stream.h"
#include "text.h"
#include "vtd.h"

/* How it came to its end. */
enum vm_end {
	VM_END_NONE,
	VM_END_EXIT, /* the command ended */
	VM_END_TIMEOUT, /* it did not, within the limit */
	VM_END_BOOT_TIMEOUT, /* no user space within the limit */
	VM_END_DIED, /* the machine stopped by itself */
	VM_END_LOST, /* the emulator lost the end of an interrupt */
	VM_END_LOST_TAIL, /* the emulator lost a write to the IOMMU */
	VM_END_ERROR, /* init could not do its part */
	VM_END_SIGNAL, /* the runner was asked to stop */
	VM_END_OUTPUT, /* nobody reads the runner's output any more */
};

/**
 * struct vm_session - a machine that runs
 * @options: what the user asked for
 * @machine: what is run
 * @qemu: the process; 0 once it ended
 * @qemu_status: its wait status
 * @fds: our ends of the channels
 * @signals: of the runner
 * @end: how it ended
 * @signal: VM_END_SIGNAL: which one
 * @lapic: the processors' interrupts, as far as they are watched
 * @vtd: likewise the IOMMU's invalidation queue
 * @next_look_ms: when both are looked at again
 * @lost_cpu: VM_END_LOST: whose interrupt
 * @lost_vector: and which
 * @deadline: for what is being waited for, 0 for none
 * @received: records from init not yet complete
 * @asked: a request to the host not yet complete
 * @kept: copies of memory that it asked for
 * @hold: likewise, a disk that holds I/O
 * @nr_plugged: devices put in so far while it runs
 * @kernel: what the machine's kernel calls itself
 * @error: VM_END_ERROR: what init said
 * @status: VM_END_EXIT: the command's exit status
 * @killed_by: VM_END_EXIT: the signal that ended it, or 0
 * @stuck: processes could not be killed
 * @tasks: init's answer to hang
 * @hang_mark: length of @log, or of @console, when stacks were asked for
 * @want_out: bytes that init sent on each port
 * @console: all that came on the serial line
 * @log: the kernel log
 * @log_file: where the log is saved as it comes
 * @out: the command's stdout on its way
 * @err: and its stderr
 * @keys: of a shell: from the terminal
 * @screen: of a shell: to the terminal
 * @next_end_ms: of a shell: when to type the end of input again
 * @start_ms: QEMU's start
 * @hello_ms: user space, 0 if it was not reached
 * @command_ms: the command's start
 * @exit_ms: its end
 */
struct vm_session {
	const struct vm_options *options;
	const struct vm_machine *machine;
	pid_t qemu;
	int qemu_status;
	int fds[VM_NR_CHANNELS];
	int signals;
	enum vm_end end;
	int signal;
	struct vm_lapic_watch lapic;
	struct vm_vtd_watch vtd;
	int64_t next_look_ms;
	int lost_cpu;
	int lost_vector;
	int64_t deadline;
	struct vm_buf received;
	struct vm_buf asked;
	struct vm_kept kept;
	struct vm_hold hold;
	unsigned int nr_plugged;
	char *kernel;
	char *error;
	int status;
	int killed_by;
	bool stuck;
	struct vm_strv tasks;
	size_t hang_mark;
	uint64_t want_out;
	uint64_t want_err;
	uint64_t want_log;
	struct vm_buf console;
	struct vm_buf log;
	int log_file;
	struct vm_stream out;
	struct vm_stream err;
	struct vm_stream keys;
	struct vm_stream screen;
	int64_t next_end_ms;
	int64_t start_ms;
	int64_t hello_ms;
	int64_t command_ms;
	int64_t exit_ms;
};

/**
 * vm_session_run() - run a machine to its end
 * @options: what the user asked for
 * @machine: what to run, but for its channels, which this makes
 * @env: variables for the command, NAME=VALUE each
 * @qemu_log: file for what QEMU says
 * @log_file: file for the kernel log
 * @session: filled in; to be passed to vm_session_free() in any case
 *
 * Return: 0 where @session says how it ended, or -errno if it did not begin.
 */
int vm_session_run(const struct vm_options *options, struct vm_machine *machine,
		   const struct vm_strv *env, int qemu_log, int log_file,
		   struct vm_session *session);

void vm_session_free(struct vm_session *session);

/* session-control.c: the records between the runner and init. */
void vm_session_records(struct vm_session *session, const struct vm_strv *env);
void vm_session_size(struct vm_session *session);

/*
 * session-host.c: what a program in the machine asks for. Whatever came is in
 * @asked; complete requests are taken from it, done and answered.
 */
void vm_session_requests(struct vm_session *session);

/* session-hang.c: have the stacks put into log or console, in some seconds. */
void vm_session_stacks(struct vm_session *session);

/* session-loop.c: until the session has an end. */
void vm_session_loop(struct vm_session *session, const struct vm_strv *env);

/* One turn of the loop; at most @timeout_ms. */
void vm_session_step(struct vm_session *session, const struct vm_strv *env,
		     int timeout_ms);

#endif
