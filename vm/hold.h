/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hold - a disk that keeps what it is asked for, for a time that somebody chose
 *
 * By QEMU's limit of I/O: one 512 bytes a second. The first request after that is
 * served, and makes all that come behind it wait, for longer than VM_HOLD_MAX_MS if it
 * has 4096 bytes; without the limit all of them go on at once.
 */
#ifndef VM_HOLD_H
#define VM_HOLD_H

#include <stdint.h>

#define VM_HOLD_MAX_MS 5000

/**
 * struct vm_hold - of one disk at a time; all zeroes: none
 * @role: the disk's, or NULL
 * @until_ms: then it is let go
 */
struct vm_hold {
	char *role;
	int64_t until_ms;
};

/**
 * vm_hold_begin() - make a disk hold
 * @hold: of the machine
 * @qmp: connection to it, see vm_qmp_run()
 * @role: of a device that has a disk
 * @ms: for how long, VM_HOLD_MAX_MS at most
 *
 * Return: 0; -EBUSY while there is one; -EINVAL; what vm_qmp_run() returns.
 */
int vm_hold_begin(struct vm_hold *hold, int qmp, const char *role, uint64_t ms);

/** vm_hold_left_ms() - until vm_hold_end() is to be called; -1: there is none */
int64_t vm_hold_left_ms(const struct vm_hold *hold, int64_t now_ms);

/**
 * vm_hold_end() - let it go
 * @hold: there may be none
 *
 * Return: 0, or what vm_qmp_run() returns: the disk may hold on.
 */
int vm_hold_end(struct vm_hold *hold, int qmp);

void vm_hold_free(struct vm_hold *hold);

#endif
