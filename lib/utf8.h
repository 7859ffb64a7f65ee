/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* utf8 - text that JSON can carry, out of whatever a device calls itself */
#ifndef BRG_UTF8_H
#define BRG_UTF8_H

/**
 * brg_utf8_clean - copy, with bytes that are no UTF-8 replaced by "?"
 * @text: any bytes up to a zero
 *
 * Return: free() it; NULL without memory.
 */
char *brg_utf8_clean(const char *text);

#endif
