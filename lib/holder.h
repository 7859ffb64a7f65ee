/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* holder - which process has a file open */
#ifndef BRG_HOLDER_H
#define BRG_HOLDER_H

#define BRG_HOLDER_BYTES 64

/**
 * brg_holder_find - look through /proc for a process that has a file open
 * @path: absolute, of the file, which the caller has open as well
 * @text: receives "fio (pid 1234)", or "this process" where it is the only one
 *	and has the file open more than once
 *
 * Return: 0; -ESRCH where none is seen, as it is for a user other than root.
 */
int brg_holder_find(const char *path, char text[BRG_HOLDER_BYTES]);

#endif
