/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * sysfs - read and write attributes below a root that tests can move
 *
 * Paths are given without the root: "bus/pci/devices/0000:01:00.0/vendor".
 * These calls do not set brg_last_error(): a missing attribute is often an
 * answer, and the caller knows what it means.
 */
#ifndef BARRAGE_SYSFS_H
#define BARRAGE_SYSFS_H

#include <stddef.h>
#include <stdint.h>

#define BRG_SYSFS_PATH_BYTES 512

/** brg_sysfs_root - "/sys", or what was set, or the environment's BRG_SYSFS */
const char *brg_sysfs_root(void);

/**
 * brg_sysfs_set_root - look elsewhere
 * @root: kept by reference; NULL for the default. Not safe against other
 *	threads.
 */
void brg_sysfs_set_root(const char *root);

/**
 * brg_sysfs_path - the whole path
 * @path: receives it
 * @size: of @path
 * @fmt: printf format of the part below the root
 *
 * Return: 0; -ENAMETOOLONG.
 */
__attribute__((format(printf, 3, 4))) int
brg_sysfs_path(char *path, size_t size, const char *fmt, ...);

/**
 * brg_sysfs_read - an attribute's text, without the trailing newline
 * @buf: receives it, cut to fit
 * @size: of @buf, at least 1
 * @fmt: printf format of the path
 *
 * Return: 0; -errno of open() or read().
 */
__attribute__((format(printf, 3, 4))) int brg_sysfs_read(char *buf, size_t size,
							 const char *fmt, ...);

/**
 * brg_sysfs_read_u64 - an attribute's number, in C notation
 * @value: receives it
 * @fmt: printf format of the path
 *
 * Return: 0; -EINVAL where it is no number; -errno.
 */
__attribute__((format(printf, 2, 3))) int
brg_sysfs_read_u64(uint64_t *value, const char *fmt, ...);

/**
 * brg_sysfs_link - the last part of what a symbolic link points at
 * @buf: receives it
 * @size: of @buf
 * @fmt: printf format of the path
 *
 * Return: 0; -ENOENT where there is no link; -errno.
 */
__attribute__((format(printf, 3, 4))) int brg_sysfs_link(char *buf, size_t size,
							 const char *fmt, ...);

/**
 * brg_sysfs_write - write an attribute in one write()
 * @text: as it is: no newline is added
 * @fmt: printf format of the path
 *
 * Return: 0; -errno.
 */
__attribute__((format(printf, 2, 3))) int brg_sysfs_write(const char *text,
							  const char *fmt, ...);

#endif
