// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "pci"
#include <barrage/pci.h>
#include <barrage/cleanup.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "module.h"

#define DEVICES "bus/pci/devices"
#define DRIVERS "bus/pci/drivers"

static int fail_write(int err, const char *bdf, const char *what)
{
	const char *hint = "";

	if (err == -EACCES || err == -EPERM || err == -EROFS)
		hint = ": root is needed, and a writable /sys";
	return brg_fail(err, "%s: cannot %s: %s%s", bdf, what, strerror(-err),
			hint);
}

/* "\n" is how the kernel is told to forget an override */
static const char *override_text(const char *name)
{
	return *name ? name : "\n";
}

/* The same steps as brg_pci_restore(), for the case that we are not there. */
static int plan_undo(struct brg_pci_binding *binding)
{
	struct brg_cleanup_step steps[3] = {};
	size_t nr = 2;
	int ret;

	ret = brg_sysfs_path(steps[0].path, sizeof(steps[0].path),
			     DEVICES "/%s/driver_override", binding->bdf);
	if (!ret)
		ret = brg_sysfs_path(steps[1].path, sizeof(steps[1].path),
				     DRIVERS "/%s/unbind", binding->bound);
	if (!ret && *binding->driver) {
		nr = 3;
		ret = brg_sysfs_path(steps[2].path, sizeof(steps[2].path),
				     DRIVERS "/%s/bind", binding->driver);
	}
	if (ret)
		return brg_fail(ret, "%s: path too long", binding->bdf);
	snprintf(steps[0].text, sizeof(steps[0].text), "%s",
		 override_text(binding->driver_override));
	strcpy(steps[1].text, binding->bdf);
	strcpy(steps[2].text, binding->bdf);
	return brg_cleanup_add(steps, nr, &binding->cleanup);
}

static int unbind(const char *bdf, const char *driver)
{
	int ret = brg_sysfs_write(bdf, DRIVERS "/%s/unbind", driver);

	/* somebody else unbound it first: as good */
	return ret == -ENODEV ? 0 : ret;
}

int brg_pci_bind(const char *bdf, const char *driver,
		 struct brg_pci_binding *binding)
{
	struct brg_pci_binding new = {};
	struct brg_pci pci;
	char what[128];
	int ret;

	ret = brg_pci_read(bdf, &pci);
	if (ret)
		return ret;
	if (strlen(driver) >= sizeof(new.bound))
		return brg_fail(-EINVAL, "%s: driver name too long", pci.bdf);
	if (!strcmp(pci.driver, driver)) {
		*binding = new;
		return 0;
	}
	ret = brg_module_ensure_pci_driver(driver);
	if (ret)
		return ret;

	strcpy(new.bdf, pci.bdf);
	strcpy(new.driver, pci.driver);
	strcpy(new.driver_override, pci.driver_override);
	strcpy(new.bound, driver);
	ret = plan_undo(&new);
	if (ret)
		return ret;

	if (*pci.driver) {
		snprintf(what, sizeof(what), "unbind it from %s", pci.driver);
		ret = unbind(pci.bdf, pci.driver);
		if (ret)
			goto undo;
	}
	snprintf(what, sizeof(what), "set its driver_override");
	ret = brg_sysfs_write(driver, DEVICES "/%s/driver_override", pci.bdf);
	if (ret)
		goto undo;
	snprintf(what, sizeof(what), "bind it to %s", driver);
	ret = brg_sysfs_write(pci.bdf, DRIVERS "/%s/bind", driver);
	if (ret)
		goto undo;
	brg_debug("%s: %s -> %s", pci.bdf, *pci.driver ? pci.driver : "none",
		  driver);
	*binding = new;
	return 0;

undo:
	brg_pci_restore(&new);
	return fail_write(ret, pci.bdf, what);
}

int brg_pci_restore(struct brg_pci_binding *binding)
{
	struct brg_pci_binding old = *binding;
	char now[BRG_PCI_NAME_BYTES] = "";
	int ret = 0, err;

	memset(binding, 0, sizeof(*binding));
	if (!*old.bdf)
		return 0;
	err = brg_sysfs_write(override_text(old.driver_override),
			      DEVICES "/%s/driver_override", old.bdf);
	if (err)
		ret = fail_write(err, old.bdf, "reset its driver_override");

	brg_sysfs_link(now, sizeof(now), DEVICES "/%s/driver", old.bdf);
	if (!strcmp(now, old.bound)) {
		err = unbind(old.bdf, old.bound);
		if (err)
			ret = fail_write(err, old.bdf, "unbind it");
		else
			now[0] = '\0';
	}
	if (*old.driver && !*now) {
		err = brg_sysfs_write(old.bdf, DRIVERS "/%s/bind", old.driver);
		if (err)
			ret = fail_write(err, old.bdf,
					 "bind it to the driver it had");
	}
	/* what failed here the guardian tries once more, at our end */
	if (!ret)
		brg_cleanup_drop(old.cleanup);
	return ret;
}
