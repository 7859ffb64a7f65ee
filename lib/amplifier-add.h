/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* amplifier-add - a point, whatever the compiler has made of the function's name */
#ifndef BRG_AMPLIFIER_ADD_H
#define BRG_AMPLIFIER_ADD_H

#include <amplifier-uapi.h>

/**
 * brg_amplifier_add_variant - BARRAGE_AMPLIFIER_ADD
 * @fd: the amplifier's file
 * @point: what; where the kernel has only the one changed copy that the compiler
 *	made of a function ("name.isra.0"), the name becomes that copy's
 *
 * Return: 0; -ENOTUNIQ where there are several copies, with brg_last_error() set;
 * -errno as the amplifier has it.
 */
int brg_amplifier_add_variant(int fd, struct barrage_amplifier_point *point);

#endif
