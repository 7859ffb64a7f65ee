/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guard - refuse to work inside another fio than the one built against
 */
#ifndef BARRAGE_FIO_GUARD_H
#define BARRAGE_FIO_GUARD_H

/**
 * guard_check - is the program that loaded us the fio we were compiled for?
 *
 * Looks at nothing whose place depends on fio's structures, so it may be called
 * in any program.
 *
 * Return: 0, or -EXDEV after saying on stderr what differs and what to do.
 */
int guard_check(void);

#endif
