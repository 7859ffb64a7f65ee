/* SPDX-License-Identifier: GPL-2.0-only */
/* text-file - files of sysfs and debugfs, which hold one short text */
#ifndef ENGINE_TEXT_FILE_H
#define ENGINE_TEXT_FILE_H

#include <stddef.h>

/**
 * text_file_read - the first line of a file
 * @path: of it
 * @text: receives it, without the end of line; "" where it cannot be read
 * @size: of @text
 */
void text_file_read(const char *path, char *text, size_t size);

/**
 * text_file_write - write to a file that is there, by one call
 * @path: of it
 * @text: what
 *
 * Blocks for as long as what the kernel does at it takes.
 *
 * Return: 0 or -errno.
 */
int text_file_write(const char *path, const char *text);

#endif
