/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The folder of one run: disk images and the memory behind BARs. In memory
 * where that is large enough, gone when the run ends; the next run removes one
 * that a killed runner left.
 */
#ifndef VM_RUNDIR_H
#define VM_RUNDIR_H

#include <stdint.h>

/**
 * struct vm_rundir - such a folder
 * @path: where; NULL while there is none
 * @lock: held as long as the run lasts
 */
struct vm_rundir {
	char *path;
	int lock;
};

/**
 * vm_rundir_open() - make one
 * @bytes: what may be stored there
 * @dir: filled in
 *
 * Says what is wrong itself. Return: 0 or -errno.
 */
int vm_rundir_open(uint64_t bytes, struct vm_rundir *dir);

/* Remove it with all that is in it. Takes one that was never opened. */
void vm_rundir_close(struct vm_rundir *dir);

/* Make a file of @bytes that reads as zeroes; says what is wrong. */
int vm_make_file(const char *path, uint64_t bytes);

#endif
