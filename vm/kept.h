/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies of a BAR's memory, to be compared with it later
 *
 * They are read from the file behind it: whatever wrote there, a processor of the
 * machine or a device, is in it.
 */
#ifndef VM_KEPT_H
#define VM_KEPT_H

#include <stddef.h>
#include <stdint.h>

/* The oldest makes room: whoever wanted that one may have been killed. */
#define VM_NR_KEPT 16
#define VM_KEPT_BYTES (16u << 20)

/**
 * struct vm_kept - copies; all zeroes: none
 * @last: number of the last one
 * @copies: each at its number, modulo how many there are
 */
struct vm_kept {
	unsigned int last;
	struct {
		unsigned int number;
		char *path;
		uint64_t offset;
		size_t size;
		uint8_t *data;
	} copies[VM_NR_KEPT];
};

/**
 * vm_kept_keep() - copy a range of a file
 * @kept: gets the copy
 * @path: of the file
 * @offset: of the range
 * @size: of it; VM_KEPT_BYTES at most
 *
 * Return: the copy's number, from 1 up, or -errno: -EINVAL where the file is shorter.
 */
int vm_kept_keep(struct vm_kept *kept, const char *path, uint64_t offset,
		 size_t size);

/**
 * vm_kept_same() - is what was copied still there?
 * @kept: loses the copy
 * @number: of the copy
 * @at: receives where in the file the first byte is that is another
 *
 * Return: 0, -EUCLEAN where it is not, -ENOENT without such a copy, or -errno.
 */
int vm_kept_same(struct vm_kept *kept, unsigned int number, uint64_t *at);

void vm_kept_free(struct vm_kept *kept);

#endif
