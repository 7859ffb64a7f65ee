// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

static char *member(json_t *info, const char *name)
{
	const char *s = json_string_value(json_object_get(info, name));

	return vm_strf("%s", s ? s : "unknown");
}

/* A bzImage by itself is allowed, a folder with a broken info.json is not. */
static int read_info(const char *dir, struct vm_kernel *kernel)
{
	char *path = dir ? vm_strf("%s/info.json", dir) : NULL;
	json_t *info = NULL;
	json_error_t error;

	if (path && !access(path, F_OK)) {
		info = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
		if (!info) {
			vm_say("%s:%d: %s: build the kernel again", path,
			       error.line, error.text);
			free(path);
			return -EINVAL;
		}
	}
	free(path);
	kernel->flavour = member(info, "flavour");
	kernel->version = member(info, "version");
	kernel->series_hash = member(info, "series_hash");
	kernel->test_only_hash = member(info, "test_only_hash");
	/* kernels that were built before there were any do not say so */
	if (info && !json_object_get(info, "mutants_hash"))
		json_object_set_new(info, "mutants_hash", json_string("none"));
	kernel->mutants_hash = member(info, "mutants_hash");
	kernel->config_hash = member(info, "config_hash");
	kernel->hash = member(info, "hash");
	json_decref(info);
	return 0;
}

/* Programs in the machine see the host's files where the host has them. */
static char *find_modules(const char *dir)
{
	char *path = vm_strf("%s/modules-barrage", dir);
	char *real = realpath(path, NULL);

	free(path);
	return real;
}

int vm_kernel_open(const char *dir, struct vm_kernel *kernel)
{
	struct stat st;

	*kernel = (struct vm_kernel){ 0 };
	if (stat(dir, &st)) {
		vm_say("kernel %s: %s", dir, strerror(errno));
		return -errno;
	}
	if (S_ISDIR(st.st_mode)) {
		kernel->image = vm_strf("%s/bzImage", dir);
		kernel->modules = find_modules(dir);
	} else {
		kernel->image = vm_strf("%s", dir);
	}
	if (access(kernel->image, R_OK)) {
		int err = errno;

		vm_say("%s: %s: --kernel takes the folder that kernel/build names",
		       kernel->image, strerror(err));
		return -err;
	}
	return read_info(S_ISDIR(st.st_mode) ? dir : NULL, kernel);
}

bool vm_kernel_has_checkers(const struct vm_kernel *kernel)
{
	return !strcmp(kernel->flavour, "debug") ||
	       !strcmp(kernel->flavour, "mutants");
}

void vm_kernel_close(struct vm_kernel *kernel)
{
	free(kernel->image);
	free(kernel->modules);
	free(kernel->flavour);
	free(kernel->version);
	free(kernel->series_hash);
	free(kernel->test_only_hash);
	free(kernel->mutants_hash);
	free(kernel->config_hash);
	free(kernel->hash);
	*kernel = (struct vm_kernel){ 0 };
}
