/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory behind a BAR as a file that can be looked at from outside. */
#ifndef VM_IMAGE_H
#define VM_IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define VM_IMAGE_BLOCK 4096

/**
 * struct vm_image - such a file, mapped
 * @data: its bytes; they change while the machine runs
 * @size: how many
 * @fd: of the file: looking at a hole in shared memory would fill it
 */
struct vm_image {
	const uint8_t *data;
	size_t size;
	int fd;
};

/* Map a file; says what is wrong. 0 or -errno. */
int vm_image_open(const char *path, struct vm_image *image);
void vm_image_close(struct vm_image *image);

/* "SHA256  OFFSET" for each 4 KiB block from @offset that is not all zero. */
void vm_image_print_blocks(const struct vm_image *image, size_t offset,
			   size_t length, FILE *to);

/* The same into a file; says what is wrong. 0 or -errno. */
int vm_image_save_blocks(const char *image, const char *to);

/* Copy an image, leaving holes where it is zero. Says what is wrong. */
int vm_image_copy(const char *image, const char *to);

#endif
