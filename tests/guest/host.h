/* SPDX-License-Identifier: GPL-2.0-only */
/* host - what happens to the machine from outside, on request */
#ifndef HOST_H
#define HOST_H

/**
 * host_ask - ask the runner of the machine, and wait for its answer
 *
 * "unplug ROLE", "plug ROLE", "error PORT NAME" as vm/session-host.c has them,
 * with the names of the topology. What it begins may take longer.
 *
 * Return: 0 or -errno. -ETIMEDOUT: no answer.
 */
int host_ask(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
