/* SPDX-License-Identifier: GPL-2.0-only */
/* The folder that a kernel build left: bzImage, info.json, modules. */
#ifndef VM_KERNEL_H
#define VM_KERNEL_H

#include <stdbool.h>

/**
 * struct vm_kernel - a kernel to boot
 * @image: the bzImage
 * @modules: folder with the modules for tests, NULL where there are none
 * @flavour: such as "perf"; like all that follow, "unknown" where the folder
 *	does not say
 * @version: such as "7.3.4"
 * @series_hash: of the patches
 * @test_only_hash: of the patches for tests only, "none" without
 * @mutants_hash: of the patches that plant bugs, "none" without
 * @config_hash: of the configuration
 * @hash: of everything that went into it
 */
struct vm_kernel {
	char *image;
	char *modules;
	char *flavour;
	char *version;
	char *series_hash;
	char *test_only_hash;
	char *mutants_hash;
	char *config_hash;
	char *hash;
};

/**
 * vm_kernel_open() - find the kernel in a folder
 * @dir: the folder, or a bzImage by itself
 * @kernel: filled in; to be passed to vm_kernel_close() in any case
 *
 * Says what is wrong itself. Return: 0 or -errno.
 */
int vm_kernel_open(const char *dir, struct vm_kernel *kernel);

void vm_kernel_close(struct vm_kernel *kernel);

/**
 * vm_kernel_has_checkers() - is this a flavour that is several times slower?
 * @kernel: the kernel
 */
bool vm_kernel_has_checkers(const struct vm_kernel *kernel);

#endif
