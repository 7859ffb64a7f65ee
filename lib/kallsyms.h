/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* kallsyms - names of the kernel's functions, of /proc/kallsyms */
#ifndef BRG_KALLSYMS_H
#define BRG_KALLSYMS_H

#include <stddef.h>
#include <stdio.h>

/**
 * brg_kallsyms_variant - a function as the compiler calls its changed copy
 * @file: in the format of /proc/kallsyms, read from here on
 * @name: "function", of the kernel proper, or "module:function"
 * @variant: receives the first one, "function.isra.0", with the module where
 *	@name has one; NULL for none
 * @size: of @variant
 *
 * What the compiler puts apart of a function ("function.cold") is no copy of it.
 *
 * Return: how many copies there are, which may be none; -ENAMETOOLONG.
 */
int brg_kallsyms_variant(FILE *file, const char *name, char *variant,
			 size_t size);

#endif
