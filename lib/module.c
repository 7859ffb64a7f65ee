// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "module"
#include "module.h"

#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <libkmod.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int load_installed(const char *name)
{
	struct kmod_list *list = NULL, *item;
	struct kmod_module *module;
	struct kmod_ctx *ctx;
	int ret;

	ctx = kmod_new(NULL, NULL);
	if (!ctx)
		return -ENOMEM;
	/* the default is to write to stderr on its own */
	kmod_set_log_priority(ctx, -1);
	ret = kmod_module_new_from_lookup(ctx, name, &list);
	if (!ret && !list)
		ret = -ENOENT;
	kmod_list_foreach(item, list)
	{
		module = kmod_module_get_module(item);
		ret = kmod_module_probe_insert_module(module, 0, NULL, NULL,
						      NULL, NULL);
		kmod_module_unref(module);
		if (ret)
			break;
	}
	kmod_module_unref_list(list);
	kmod_unref(ctx);
	return ret;
}

/* Of a kernel that tests made, where the environment names the folder */
static int load_from_folder(const char *name)
{
	const char *folder = getenv("BARRAGE_MODULES");
	struct kmod_module *module;
	struct kmod_ctx *ctx;
	char path[512];
	int ret;

	if (!folder ||
	    snprintf(path, sizeof(path), "%s/%s.ko", folder, name) >=
		    (int)sizeof(path) ||
	    access(path, R_OK))
		return -ENOENT;
	ctx = kmod_new(NULL, NULL);
	if (!ctx)
		return -ENOMEM;
	kmod_set_log_priority(ctx, -1);
	ret = kmod_module_new_from_path(ctx, path, &module);
	if (!ret) {
		ret = kmod_module_insert_module(module, 0, NULL);
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
	return ret == -EEXIST ? 0 : ret;
}

static int load(const char *name)
{
	int ret = load_from_folder(name);

	return ret == -ENOENT ? load_installed(name) : ret;
}

static bool is_there(const char *driver)
{
	char path[BRG_SYSFS_PATH_BYTES];

	return !brg_sysfs_path(path, sizeof(path), "bus/pci/drivers/%s",
			       driver) &&
	       !access(path, F_OK);
}

int brg_module_ensure_pci_driver(const char *driver)
{
	int ret;

	if (is_there(driver))
		return 0;
	/* a test's sysfs is nobody's kernel: load nothing into ours for it */
	ret = strcmp(brg_sysfs_root(), "/sys") ? -ENOENT : load(driver);
	if (!ret && is_there(driver))
		return 0;
	if (ret == -EPERM)
		return brg_fail(ret,
				"cannot load the module %s: root is needed",
				driver);
	return brg_fail(-EOPNOTSUPP,
			"this kernel has no driver %s (%s): modprobe %s, or "
			"build it in",
			driver, strerror(ret ? -ret : ENODEV), driver);
}

int brg_module_ensure_device(const char *name, const char *path,
			     const char *needs)
{
	int ret;

	if (!access(path, F_OK))
		return 0;
	ret = load(name);
	if (!ret && !access(path, F_OK))
		return 0;
	if (ret == -EPERM)
		return brg_fail(
			ret, "cannot load the module %s: root is needed", name);
	return brg_fail(-EOPNOTSUPP, "this kernel has no module %s (%s): %s",
			name, strerror(ret ? -ret : ENODEV), needs);
}
