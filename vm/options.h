/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_OPTIONS_H
#define VM_OPTIONS_H

#include <stdbool.h>

#include "text.h"

/**
 * struct vm_options - what the user asked "run" or "shell" for
 * @topology: name or file
 * @kernel: folder
 * @shell: interactive
 * @icount: time is the count of instructions
 * @quiet: no line about what is started
 * @allow_splat: a splat or an IOMMU fault in the kernel log fails nothing
 * @kmemleak: look for leaks after the command
 * @timeout_s: limit for the command, 0 for none
 * @patience_s: for processes that the command leaves, which are killed, to end
 * @boot_timeout_s: limit for the way to user space, 0 for the usual
 * @memory_mb: 0 for what the topology says
 * @cpus: likewise
 * @out: folder for what is left, NULL for none
 * @append: kernel parameters, those of all --append; without data: none
 * @observe_file: where the provider's memory is to be, or NULL
 * @keep_bar: where to copy it to in the end, or NULL
 * @env: NAME=VALUE each
 * @command: ended by NULL
 */
struct vm_options {
	const char *topology;
	const char *kernel;
	bool shell;
	bool icount;
	bool quiet;
	bool allow_splat;
	bool kmemleak;
	int timeout_s;
	int patience_s;
	int boot_timeout_s;
	int memory_mb;
	int cpus;
	const char *out;
	struct vm_buf append;
	const char *observe_file;
	const char *keep_bar;
	struct vm_strv env;
	char **command;
};

/* Parse; argv[0] is "run" or "shell". Says what is wrong. 0 or -EINVAL. */
int vm_options_parse(int argc, char **argv, struct vm_options *options);

void vm_options_free(struct vm_options *options);

/* A whole number between @min and @max: 0, or -EINVAL with a message. */
int vm_parse_int(const char *what, const char *text, int min, int max,
		 int *value);

#endif
