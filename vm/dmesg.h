/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel log as a witness: what the kernel says about itself when it finds
 * that something is wrong.
 */
#ifndef VM_DMESG_H
#define VM_DMESG_H

#include <stddef.h>

#define VM_MAX_SPLATS 32

/**
 * struct vm_splat - one report in a kernel log
 * @kind: short name, such as "kasan"
 * @start: offset of its first line
 * @line: offset of the line that says what it is
 * @end: offset after its last line
 */
struct vm_splat {
	const char *kind;
	size_t start;
	size_t line;
	size_t end;
};

/**
 * struct vm_dmesg - what a kernel log has in it
 * @splats: the first of them
 * @nr_splats: all of them, also those that @splats has no room for
 * @nr_iommu_faults: at least this many: the kernel leaves some out
 * @first_iommu_fault: offset of the first one's line
 */
struct vm_dmesg {
	struct vm_splat splats[VM_MAX_SPLATS];
	size_t nr_splats;
	size_t nr_iommu_faults;
	size_t first_iommu_fault;
};

/**
 * vm_dmesg_scan() - find splats and IOMMU faults
 * @text: the log, with or without time stamps, ended by a NUL
 * @dmesg: filled in
 */
void vm_dmesg_scan(const char *text, struct vm_dmesg *dmesg);

/* Length of a line, without its newline. */
size_t vm_line_length(const char *line);

#endif
