/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uring - one request at a time through io_uring, without a library
 */
#ifndef URING_H
#define URING_H

#include <stddef.h>

/**
 * uring_read - read with io_uring, from the file's beginning
 * @fd: open for direct I/O
 *
 * Return: bytes read, or -errno of the request or of io_uring itself.
 */
int uring_read(int fd, void *buf, size_t len);

/** uring_write - the same for write */
int uring_write(int fd, const void *buf, size_t len);

/** uring_register - can it be a registered buffer? 0 or -errno */
int uring_register(void *buf, size_t len);

#endif
