// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long processes may take to die of SIGKILL, and a log to be sent. */
#define KILL_MS 30000
#define DRAIN_MS 10000

static int control = -1;
static struct vm_buf received;

enum { WAIT_CONTROL, WAIT_SIGNAL, WAIT_LOG, WAIT_OUT, WAIT_ERR, NR_WAITS };

struct run {
	struct init_job job;
	struct init_log log;
	struct vm_stream out;
	struct vm_stream err;
	int signals;
	pid_t command;
	pid_t leak_scan;
	int status;
	bool children;
};

static void write_all(int fd, const char *data, size_t len)
{
	while (len) {
		struct pollfd pfd = { .fd = fd, .events = POLLOUT };
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EAGAIN)
			return;
		if (n < 0 && poll(&pfd, 1, DRAIN_MS) <= 0)
			return;
		if (n > 0) {
			data += n;
			len -= n;
		}
	}
}

void init_send(const char *key, const char *fmt, ...)
{
	struct vm_buf buf = { 0 };
	char *value;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&value, fmt, ap) < 0)
		abort();
	va_end(ap);
	if (control < 0) {
		printf("barrage-init: %s: %s\n", key, value);
		fflush(stdout);
	}
	vm_record_add(&buf, key, "%s", value);
	if (control >= 0)
		write_all(control, buf.data, buf.len);
	vm_buf_free(&buf);
	free(value);
}

static void __attribute__((noreturn)) power_off(void)
{
	sync();
	umount2(VM_GUEST_OUT, 0);
	reboot(RB_POWER_OFF);
	/* Without power management, -no-reboot ends QEMU as well. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

void init_die(const char *fmt, ...)
{
	char *what;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	init_send("error", "%s", what);
	power_off();
}

static void receive(void)
{
	char chunk[4096];
	ssize_t n = read(control, chunk, sizeof(chunk));

	if (n > 0)
		vm_buf_add(&received, chunk, n);
}

/* Returns true when the command may start. */
static bool job_record(struct init_job *job, const char *key, char *value)
{
	if (!strcmp(key, "arg")) {
		vm_strv_add(&job->args, "%s", value);
	} else if (!strcmp(key, "env")) {
		char *equals = strchr(value, '=');

		if (equals) {
			*equals = '\0';
			setenv(value, equals + 1, 1);
		}
	} else if (!strcmp(key, "device")) {
		vm_strv_add(&job->devices, "%s", value);
	} else if (!strcmp(key, "cwd")) {
		job->cwd = vm_strf("%s", value);
	} else if (!strcmp(key, "tty")) {
		job->tty = true;
	} else if (!strcmp(key, "kmemleak")) {
		job->kmemleak = true;
	} else if (!strcmp(key, "size")) {
		init_tty_size(value);
	}
	return !strcmp(key, "go");
}

static void read_job(struct init_job *job)
{
	bool go = false;

	while (!go) {
		struct pollfd pfd = { .fd = control, .events = POLLIN };
		char *key, *value;

		if (poll(&pfd, 1, DRAIN_MS) <= 0)
			init_die("the runner does not say what to run");
		receive();
		while (!go && vm_record_take(&received, &key, &value)) {
			go = job_record(job, key, value);
			free(key);
			free(value);
		}
	}
	if (!job->args.n)
		init_die("the runner named no command");
}

/* What any Linux system has; a failure is no reason to stop. */
static void set_up_system(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	sethostname("barrage", strlen("barrage"));
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		ioctl(fd, SIOCSIFFLAGS, &lo);
		close(fd);
	}
	clearenv();
	setenv("PATH",
	       "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	       1);
	setenv("HOME", INIT_HOME, 1);
	setenv("USER", "root", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("BARRAGE_OUT", VM_GUEST_OUT, 1);
}

static void handle_control(struct run *run)
{
	char *key, *value;

	receive();
	while (vm_record_take(&received, &key, &value)) {
		if (!strcmp(key, "hang")) {
			init_hang_report();
			init_log_drain(&run->log, DRAIN_MS);
			init_send("hung", "%llu",
				  (unsigned long long)run->log.total);
		} else if (!strcmp(key, "size")) {
			init_tty_size(value);
		}
		free(key);
		free(value);
	}
}

static void reap(struct run *run)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	if (read(run->signals, &info, sizeof(info)) < 0)
		return;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == run->command) {
			run->command = 0;
			run->status = status;
			/* Whatever it left behind ends with it. */
			kill(-1, SIGKILL);
		} else if (pid == run->leak_scan) {
			run->leak_scan = 0;
			if (status)
				init_send("error", "kmemleak: %s",
					  strerror(WEXITSTATUS(status)));
		}
	}
	run->children = pid == 0;
}

static void step(struct run *run, int timeout_ms)
{
	struct pollfd pfds[NR_WAITS] = {
		[WAIT_CONTROL] = { .fd = control, .events = POLLIN },
		[WAIT_SIGNAL] = { .fd = run->signals, .events = POLLIN },
	};

	init_log_prepare(&run->log, &pfds[WAIT_LOG]);
	vm_stream_prepare(&run->out, &pfds[WAIT_OUT]);
	vm_stream_prepare(&run->err, &pfds[WAIT_ERR]);
	if (poll(pfds, NR_WAITS, timeout_ms) < 0)
		return;
	if (pfds[WAIT_CONTROL].revents & POLLIN)
		handle_control(run);
	if (pfds[WAIT_SIGNAL].revents)
		reap(run);
	init_log_step(&run->log, &pfds[WAIT_LOG]);
	vm_stream_step(&run->out, &pfds[WAIT_OUT]);
	vm_stream_step(&run->err, &pfds[WAIT_ERR]);
}

static bool quiet(const struct run *run)
{
	return !run->children && vm_stream_done(&run->out) &&
	       vm_stream_done(&run->err);
}

static void report_exit(struct run *run)
{
	int signal = WIFSIGNALED(run->status) ? WTERMSIG(run->status) : 0;
	int status = signal ? 128 + signal : WEXITSTATUS(run->status);

	sync();
	init_log_drain(&run->log, DRAIN_MS);
	init_send("exit", "%d %d %llu %llu %llu", status, signal,
		  (unsigned long long)run->out.total,
		  (unsigned long long)run->err.total,
		  (unsigned long long)run->log.total);
}

static void run_command(struct run *run)
{
	int64_t deadline;

	run->children = true;
	run->command = init_spawn(&run->job, &run->out.in, &run->err.in);
	init_send("start", "%d", run->command);
	while (run->command)
		step(run, -1);
	deadline = vm_now_ms() + KILL_MS;
	while (!quiet(run) && vm_now_ms() < deadline)
		step(run, 100);
	if (run->children) {
		init_hang_report();
		init_send("stuck", "%d", KILL_MS / 1000);
	}
	if (run->job.kmemleak) {
		run->leak_scan = init_leak_scan();
		while (run->leak_scan > 0)
			step(run, -1);
	}
	report_exit(run);
}

int main(void)
{
	struct run run = { 0 };
	struct utsname kernel;
	sigset_t child;

	if (getpid() != 1) {
		fprintf(stderr,
			"barrage-init: the first process of an emulated machine; use barrage-vm\n");
		return VM_EXIT_HARNESS;
	}
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	init_mount_system();
	/* Reading the console lets a serial break reach sysrq. */
	open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	control = init_port_open(VM_PORT_CONTROL);
	uname(&kernel);
	init_send("hello", "%s %s", kernel.release, kernel.version);
	init_mount_shares();
	set_up_system();
	init_log_open(&run.log);
	run.out.out = init_port_open(VM_PORT_STDOUT);
	run.err.out = init_port_open(VM_PORT_STDERR);
	run.signals = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
	read_job(&run.job);
	for (size_t i = 0; i < run.job.devices.n; i++)
		init_pci_export(run.job.devices.v[i]);
	run_command(&run);
	power_off();
}
