/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_CACHE_H
#define VM_CACHE_H

/**
 * vm_cache_dir() - where what can be had again is kept
 *
 * $BARRAGE_CACHE, or barrage in $XDG_CACHE_HOME, or in ~/.cache. It need not exist.
 *
 * Return: to be freed; NULL where the environment names no home.
 */
char *vm_cache_dir(void);

#endif
