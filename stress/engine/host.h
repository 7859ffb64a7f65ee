/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host - what is outside of an emulated machine, and can be asked for things
 *
 * By lines on a port of the machine's runner. Hardware has none.
 */
#ifndef STRESS_HOST_H
#define STRESS_HOST_H

#include "engine.h"

/** host_is_there - is there such a port? */
bool host_is_there(void);

/**
 * host_ask - one line there, one line back
 * @detail: receives the second number of the answer, 0 where it has one only; or NULL
 *
 * Waits for others who ask, and up to ten seconds for the answer. Thread safe.
 *
 * Return: what it answers; -errno where it does not: -ENOENT without a port.
 */
int host_ask(uint64_t *detail, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * host_keep - have the host copy memory behind the BAR under test
 * @offset: in the BAR
 *
 * What it sees is what has arrived, by whatever way: no mapping, no cache and no
 * switch of the device is in between.
 *
 * Return: the copy's number, above 0; -errno: -ENOENT where nobody has such a view.
 */
int host_keep(const struct device *device, uint64_t offset, uint64_t bytes);

/**
 * host_same - is that copy still what stands there?
 * @number: of host_keep()
 * @at: receives where in the BAR the first byte is that is another
 *
 * Return: 0, -EUCLEAN where it is not, or -errno.
 */
int host_same(int number, uint64_t *at);

/**
 * host_may_hold - can the host have a disk hold I/O?
 * @disk: block device
 */
bool host_may_hold(const char *disk);

/**
 * host_hold - from now on what a disk is asked for waits, but for the first
 * @disk: block device
 * @ms: for so long, 5000 at most
 *
 * Return: 0; -EBUSY while a disk does so already; -ENOENT where nobody can; -errno.
 */
int host_hold(const char *disk, uint32_t ms);

#endif
