// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

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
	} else if (!strcmp(key, "capability")) {
		vm_strv_add(&job->capabilities, "%s", value);
	} else if (!strcmp(key, "cwd")) {
		job->cwd = vm_strf("%s", value);
	} else if (!strcmp(key, "tty")) {
		job->tty = true;
	} else if (!strcmp(key, "patience")) {
		job->patience_s = atoi(value);
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
		struct pollfd pfd = { .fd = init_control.fd, .events = POLLIN };
		char *key, *value;

		/*
		 * Without a limit: the runner has one for getting here, and
		 * ends the machine with itself. One in the machine's time would
		 * be no time at all where an idle clock leaps (--icount).
		 */
		if (poll(&pfd, 1, -1) <= 0)
			init_die("the runner does not say what to run");
		init_receive();
		while (!go &&
		       vm_record_take(&init_control.received, &key, &value)) {
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

int main(void)
{
	struct init_job job = { 0 };
	struct utsname kernel;

	if (getpid() != 1) {
		fprintf(stderr,
			"barrage-init: the first process of an emulated machine; use barrage-vm\n");
		return VM_EXIT_HARNESS;
	}
	init_mount_system();
	/* Reading the console lets a serial break reach sysrq. */
	open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	init_control.fd = init_port_open(VM_PORT_CONTROL);
	uname(&kernel);
	init_send("hello", "%s %s", kernel.release, kernel.version);
	init_log_open();
	init_mount_shares();
	set_up_system();
	read_job(&job);
	for (size_t i = 0; i < job.capabilities.n; i++)
		init_pci_give(job.capabilities.v[i]);
	for (size_t i = 0; i < job.devices.n; i++)
		init_pci_export(job.devices.v[i]);
	init_run(&job);
	init_power_off();
}
