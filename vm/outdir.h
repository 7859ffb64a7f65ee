/* SPDX-License-Identifier: GPL-2.0-only */
/* The folder that a run's files go to. */
#ifndef VM_OUTDIR_H
#define VM_OUTDIR_H

#include "text.h"

/* Make it with the folders above it: 0, or -errno after a message. */
int vm_outdir_make(const char *dir);

/* Open a new file in it for writing: -1 after a message. */
int vm_outdir_open(const char *dir, const char *name);

/* Write a file in it; says what goes wrong. */
void vm_outdir_save(const char *dir, const char *name,
		    const struct vm_buf *text);

#endif
