/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the runner and the machine's init say to each other over the control
 * port: records "key=value", each ended by a NUL, so that an argument or an
 * environment variable can hold any other byte.
 *
 * Runner to init, before the command:
 *	tty=1			run the command on the interactive console
 *	patience=SECONDS	for killed processes of the command to end
 *	kmemleak=1		scan for leaks after the command
 *	arg=ARGUMENT		repeated, in order
 *	env=NAME=VALUE		repeated
 *	cwd=FOLDER		where to run; "/" if the machine does not have it
 *	device=ROLE BAR PATH	repeated; BAR "-" for none, "disk" for a disk;
 *				PATH from pci_path() of topology.c
 *	capability=NAME PATH	repeated; to be added to the device's, where the kernel
 *				has a driver for that
 *	go=			the command may start
 * while it runs:
 *	hang=			report tasks, put all stacks in the kernel log
 *	size=ROWS COLUMNS	of the terminal
 * Init to runner:
 *	hello=KERNEL		userspace is there; uname's release and version
 *	error=TEXT		init cannot go on; a harness error
 *	note=TEXT		for the user
 *	start=PID		the command runs
 *	task=PID STATE NAME	repeated, the answer to hang
 *	hung=LOG		end of the answer; LOG: see exit
 *	exit=STATUS SIGNAL OUT ERR LOG
 *				the command ended; SIGNAL is 0 or what killed
 *				it; the rest are the bytes sent so far on the
 *				stdout, stderr and kernel log ports
 */
#ifndef VM_RECORD_H
#define VM_RECORD_H

#include "text.h"

#define VM_PORT_CONTROL "barrage.control"
#define VM_PORT_STDOUT "barrage.stdout"
#define VM_PORT_STDERR "barrage.stderr"
#define VM_PORT_LOG "barrage.log"
/* for programs in the machine: requests to the host, see session-host.c */
#define VM_PORT_HOST "barrage.host"

#define VM_TAG_ROOT "barrage-root"
#define VM_TAG_OUT "barrage-out"

/* Where the machine's programs leave what the runner brings out. */
#define VM_GUEST_OUT "/run/barrage/out"

/* Longer than the longest argument list that execve() takes. */
#define VM_RECORD_MAX (4u << 20)

/* Append one record to @buf. */
void vm_record_add(struct vm_buf *buf, const char *key, const char *fmt, ...)
	VM_PRINTF(3, 4);

/*
 * Take the first whole record from what was received into @buf. Returns false
 * where there is none yet. @key and @value are to be freed by the caller.
 */
_Bool vm_record_take(struct vm_buf *buf, char **key, char **value);

#endif
