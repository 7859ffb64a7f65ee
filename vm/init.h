/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's first process: mounts what programs expect, finds the devices,
 * runs the command, and tells the runner what came of it. record.h has what
 * the two say to each other.
 */
#ifndef VM_INIT_H
#define VM_INIT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "record.h"
#include "stream.h"
#include "text.h"

#define INIT_HOME "/run/barrage/home"
#define INIT_DEBUGFS "/sys/kernel/debug"

/* What the runner asked for. */
struct init_job {
	struct vm_strv args;
	struct vm_strv devices;
	struct vm_strv capabilities;
	char *cwd;
	int patience_s;
	bool tty;
	bool kmemleak;
};

/* The port to the runner, and what came on it so far. */
struct init_control {
	int fd;
	struct vm_buf received;
};

/* How long the runner may take to listen, or to say what to do. */
#define INIT_DRAIN_MS 10000

/* init-control.c */
extern struct init_control init_control;

void init_power_off(void) __attribute__((noreturn));

/* Read what is there; vm_record_take() then has the records. */
void init_receive(void);

/* Tell the runner, as far as it can be reached, and stop the machine. */
void init_die(const char *fmt, ...) VM_PRINTF(1, 2) __attribute__((noreturn));

/* Send one record. */
void init_send(const char *key, const char *fmt, ...) VM_PRINTF(2, 3);

/* init-mount.c */
void init_mount_system(void);
void init_mount_shares(void);

/* init-port.c */

/* Open a port by its name, waiting for it to appear. */
int init_port_open(const char *name);

/* Wait at most @ms for a path to appear; 0 or -ETIMEDOUT. */
int init_wait_path(const char *path, int ms);

/* init-pci.c: set the variables of one "ROLE BAR PATH". */
void init_pci_export(const char *device);

/* Give one device what "CAPABILITY PATH" says, if the kernel has such a driver. */
void init_pci_give(const char *capability);

/*
 * init-module.c: load a driver for tests that was built with the kernel; 0, -ENOENT
 * where it has none, or -errno.
 */
int init_module_load(const char *name, const char *parameters);

/* init-log.c: the kernel log on its way to the runner. */
void init_log_open(void);
void init_log_prepare(struct pollfd *pfd);
void init_log_step(const struct pollfd *pfd);

/* Send what the kernel has said so far, for at most @ms. */
void init_log_drain(int ms);

/* Bytes sent so far. */
uint64_t init_log_total(void);

/* init-hang.c: name the tasks and put all stacks into the kernel log. */
void init_hang_report(void);

/* init-leak.c: start the search for leaks; returns the process. */
int init_leak_scan(void);

/* init-run.c: run the command to its end and report it. */
void init_run(const struct init_job *job);

/* init-spawn.c */

/* Start the command; @out and @err become pipes from it, -1 with a tty. */
int init_spawn(const struct init_job *job, int *out, int *err);
void init_tty_size(const char *rows_columns);

#endif
