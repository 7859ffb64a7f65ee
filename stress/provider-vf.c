// SPDX-License-Identifier: GPL-2.0-only
/* Providers that are virtual functions (VFs), and whose physical function is there, too */
#include "provider.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <barrage/cleanup.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#define DEVICES "bus/pci/devices"
#define NUMVFS DEVICES "/%s/sriov_numvfs"
#define ENABLE "module/vfio_pci/parameters/enable_sriov"

/* bus, device and function in one, as SR-IOV counts (PCI Express 6.0, 9.3.3.9) */
static bool routing_id(const char *bdf, unsigned int *domain, unsigned int *id)
{
	unsigned int bus, device, function;

	if (sscanf(bdf, "%x:%x:%x.%x", domain, &bus, &device, &function) != 4)
		return false;
	*id = bus << 8 | device << 3 | function;
	return true;
}

/* how many VFs there have to be to have this one */
static int count_to(const char *vf, const char *pf, uint64_t *nr)
{
	unsigned int domain[2], id[2];
	uint64_t total, offset, stride, distance;

	if (brg_sysfs_read_u64(&total, DEVICES "/%s/sriov_totalvfs", pf) ||
	    brg_sysfs_read_u64(&offset, DEVICES "/%s/sriov_offset", pf) ||
	    brg_sysfs_read_u64(&stride, DEVICES "/%s/sriov_stride", pf))
		return brg_fail(-EINVAL, "%s: it has no virtual functions", pf);
	if (routing_id(vf, &domain[0], &id[0]) &&
	    routing_id(pf, &domain[1], &id[1]) && domain[0] == domain[1] &&
	    id[0] >= id[1] + offset) {
		distance = id[0] - id[1] - offset;
		*nr = stride ? distance / stride + 1 : 1;
		if (*nr <= total && distance == (*nr - 1) * stride)
			return 0;
	}
	return brg_fail(-EINVAL, "%s: it is no virtual function of %s", vf, pf);
}

/* Whoever has one open may keep it for ever, and the kernel would wait for that. */
static int check_free(const char *vf, const char *pf, bool take)
{
	char driver[BRG_PCI_NAME_BYTES];
	uint64_t nr_users = 0;

	if (brg_sysfs_link(driver, sizeof(driver), DEVICES "/%s/driver", vf))
		return 0;
	if (strstr(driver, "vfio")) {
		brg_sysfs_read_u64(&nr_users, DEVICES "/%s/enable", vf);
		return nr_users ?
			       brg_fail(
				       -EBUSY,
				       "%s: it is open, and all VFs of %s are to go: stop who has it first",
				       vf, pf) :
			       0;
	}
	return take ? 0 :
		      brg_fail(
			      -EBUSY,
			      "%s: driver %s has it, and all VFs of %s are to go: --take takes them away",
			      vf, driver, pf);
}

int provider_check_vf(const struct stress_provider *named, bool take)
{
	char vf[BRG_PCI_BDF_BYTES];
	uint64_t nr = 0, needed;
	int ret = count_to(named->bdf, named->pf, &needed);

	if (!ret && brg_sysfs_read_u64(&nr, NUMVFS, named->pf))
		nr = 0;
	for (unsigned int i = 0; !ret && i < nr; i++)
		if (!brg_sysfs_link(vf, sizeof(vf), DEVICES "/%s/virtfn%u",
				    named->pf, i))
			ret = check_free(vf, named->pf, take);
	return ret;
}

/* What was written there is written back when this process ends, if not before. */
static int plan(uint64_t *cleanup, const char *path, const char *text)
{
	struct brg_cleanup_step step = {};
	int ret = brg_sysfs_path(step.path, sizeof(step.path), "%s", path);

	if (ret)
		return brg_fail(ret, "%s: path too long", path);
	snprintf(step.text, sizeof(step.text), "%s", text);
	return brg_cleanup_add(&step, 1, cleanup);
}

static int set_nr(const char *pf, uint64_t nr)
{
	char text[24];
	int ret;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)nr);
	ret = brg_sysfs_write(text, NUMVFS, pf);
	return ret ? brg_fail(ret, "%s: sriov_numvfs=%s: %s", pf, text,
			      strerror(-ret)) :
		     0;
}

/* Its own driver takes the VFs with it; it is to have as many when it is back. */
static int take_pf(const struct stress_provider *named, bool take,
		   struct provider *provider)
{
	struct provider_vfs *vfs = &provider->vfs;
	char path[80], text[24];
	struct brg_pci pci;
	uint64_t nr = 0;
	int ret = brg_pci_read(named->pf, &pci);

	if (ret)
		return ret;
	strcpy(vfs->pf, pci.bdf);
	if (strcmp(pci.driver, "vfio-pci")) {
		brg_sysfs_read_u64(&nr, NUMVFS, pci.bdf);
		snprintf(path, sizeof(path), NUMVFS, pci.bdf);
		snprintf(text, sizeof(text), "%llu", (unsigned long long)nr);
		if (nr)
			ret = plan(&vfs->cleanup[0], path, text);
	}
	if (!ret)
		ret = machine_bind(pci.bdf, "vfio-pci", take,
				   &provider->bindings[1]);
	if (!ret)
		vfs->nr_of_driver = nr;
	return ret;
}

static int allow_vfs(struct provider_vfs *vfs)
{
	int ret = brg_sysfs_read(vfs->enable, sizeof(vfs->enable), ENABLE);

	if (!ret && *vfs->enable == 'Y') {
		*vfs->enable = '\0';
		return 0;
	}
	if (!ret)
		ret = plan(&vfs->cleanup[1], ENABLE, vfs->enable);
	if (!ret)
		ret = brg_sysfs_write("Y", ENABLE);
	if (!ret)
		return 0;
	*vfs->enable = '\0';
	return brg_fail(ret, "vfio-pci cannot be told to have VFs: %s: %s",
			ENABLE, strerror(-ret));
}

static int make_vfs(const struct stress_provider *named,
		    struct provider_vfs *vfs)
{
	char path[80];
	struct brg_pci pci;
	uint64_t nr;
	int ret = brg_sysfs_read_u64(&nr, NUMVFS, vfs->pf);

	if (ret)
		return brg_fail(ret, "%s: it has no virtual functions",
				vfs->pf);
	vfs->nr = nr;
	if (nr)
		return 0;
	ret = count_to(named->bdf, vfs->pf, &nr);
	snprintf(path, sizeof(path), NUMVFS, vfs->pf);
	if (!ret)
		ret = plan(&vfs->cleanup[2], path, "0");
	if (!ret)
		ret = set_nr(vfs->pf, nr);
	if (ret)
		return ret;
	vfs->nr = nr;
	vfs->made = true;
	return brg_pci_read(named->bdf, &pci);
}

/* From then on the VF is opened by the token of the races. */
static int set_token(struct provider *provider)
{
	char why[ENGINE_TEXT_BYTES];
	int ret = device_open(&provider->pf, why);

	device_close(&provider->pf);
	return ret ? brg_fail(ret, "%s", why) : 0;
}

int provider_open_pf(const struct stress_provider *named, bool take,
		     struct provider *provider)
{
	int ret = take_pf(named, take, provider);

	if (!ret)
		ret = allow_vfs(&provider->vfs);
	if (!ret)
		ret = make_vfs(named, &provider->vfs);
	if (ret)
		return ret;
	strcpy(provider->pf.bdf, provider->vfs.pf);
	provider->pf.bar = named->bar;
	provider->pf.token = provider->device.token = true;
	provider->has |= NEED_PF;
	return set_token(provider);
}

int provider_restore_vfs(const struct provider *provider)
{
	uint64_t nr;

	/* with VFs, and this one is none of them: it was taken off the bus by itself */
	if (brg_sysfs_read_u64(&nr, NUMVFS, provider->vfs.pf) || nr)
		return -ENODEV;
	return set_nr(provider->vfs.pf, provider->vfs.nr);
}

int provider_close_pf(struct provider *provider)
{
	struct provider_vfs *vfs = &provider->vfs;
	int ret = vfs->made ? set_nr(vfs->pf, 0) : 0, err = 0;

	if (*vfs->enable)
		err = brg_sysfs_write(vfs->enable, ENABLE);
	if (err && !ret)
		ret = brg_fail(err, "%s: %s", ENABLE, strerror(-err));
	err = brg_pci_restore(&provider->bindings[1]);
	if (!err && vfs->nr_of_driver)
		err = set_nr(vfs->pf, vfs->nr_of_driver);
	if (!ret)
		ret = err;
	/* what failed here is tried once more, at our end */
	for (int i = 0; !ret && i < PROVIDER_NR_CLEANUPS; i++)
		brg_cleanup_drop(vfs->cleanup[i]);
	if (!ret)
		*vfs = (struct provider_vfs){};
	return ret;
}
