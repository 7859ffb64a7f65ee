/* SPDX-License-Identifier: GPL-2.0-only */
/* host - what happens to the machine from outside, on request */
#ifndef HOST_H
#define HOST_H

#include <stddef.h>
#include <stdint.h>

/**
 * host_ask - ask the runner of the machine, and wait for its answer
 *
 * "unplug ROLE", "plug ROLE", "error PORT NAME" as vm/session-host.c has them,
 * with the names of the topology. What it begins may take longer.
 *
 * Return: 0 or -errno. -ETIMEDOUT: no answer.
 */
int host_ask(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * host_holds - ask the observer outside of the machine what a BAR's memory holds
 * @role: name in the topology, "provider"; its BAR is memory of the host
 * @offset: into the BAR
 * @data: what should stand there
 * @len: 1 to 4096 bytes
 *
 * Return: 0; -EUCLEAN where something else stands there; -EINVAL for a device
 * without such memory; -ETIMEDOUT; -errno.
 */
int host_holds(const char *role, uint64_t offset, const void *data, size_t len);

#endif
