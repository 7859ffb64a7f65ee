/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* dmabuf-fd - what a file descriptor is */
#ifndef BARRAGE_DMABUF_FD_H
#define BARRAGE_DMABUF_FD_H

/**
 * brg_dmabuf_check - is this file descriptor a dma-buf?
 * @fd: any number, 0 included
 *
 * Looks at the name that the kernel gives it (dmabuffs_dname() of Linux), so it
 * changes nothing. Thread-safe, does not block.
 *
 * Return: 0; -EBADF where it is not open, or open for its name only (O_PATH);
 * -EINVAL where it is something else; with brg_last_error() set.
 */
int brg_dmabuf_check(int fd);

#endif
