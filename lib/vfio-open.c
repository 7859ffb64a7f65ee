// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* Opening and closing: each way in which it can fail has its own line. */
#define BRG_LOG_PREFIX "vfio"
#include <barrage/vfio.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "holder.h"

#define DEVICES "bus/pci/devices"

static int check_driver(const struct brg_pci *pci)
{
	if (!strcmp(pci->driver, "vfio-pci"))
		return 0;
	if (!*pci->driver)
		return brg_fail(-EBUSY,
				"%s: no driver has it: bind it to vfio-pci",
				pci->bdf);
	return brg_fail(-EBUSY,
			"%s: driver %s holds it: give it free with "
			"\"echo %s > /sys/bus/pci/drivers/%s/unbind\"",
			pci->bdf, pci->driver, pci->bdf, pci->driver);
}

/* /sys/bus/pci/devices/BDF/vfio-dev/vfioN names /dev/vfio/devices/vfioN */
static int find_cdev(const char *bdf, char *path, size_t size)
{
	char dir_path[BRG_SYSFS_PATH_BYTES];
	struct dirent *entry;
	int ret = -ENOENT;
	DIR *dir;

	if (brg_sysfs_path(dir_path, sizeof(dir_path), DEVICES "/%s/vfio-dev",
			   bdf))
		return -ENAMETOOLONG;
	dir = opendir(dir_path);
	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "vfio", 4)) {
			snprintf(path, size, "/dev/vfio/devices/%.32s",
				 entry->d_name);
			ret = 0;
			break;
		}
	if (dir)
		closedir(dir);
	if (ret)
		return brg_fail(-EOPNOTSUPP,
				"%s: vfio-pci shows no vfio-dev: the kernel "
				"needs CONFIG_VFIO_DEVICE_CDEV",
				bdf);
	return 0;
}

static int open_cdev(const char *bdf, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == EACCES || errno == EPERM)
		return brg_fail(-errno,
				"%s: %s: %s: root is needed, or that file must "
				"be yours",
				bdf, path, strerror(errno));
	return brg_fail(-errno, "%s: %s: %s", bdf, path, strerror(errno));
}

/*
 * A device that is open elsewhere answers EINVAL (vfio_df_open()), as would a
 * malformed call, which this one is not. EBUSY has two other reasons.
 */
static int explain_bind(const struct brg_vfio *vfio, const char *path,
			bool token, int err)
{
	char holder[BRG_HOLDER_BYTES] = "another process";

	if (err == -EINVAL) {
		if (brg_holder_find(path, holder) && token)
			return brg_fail(err,
					"%s: it takes no VF token: it is no "
					"SR-IOV function, or its physical "
					"function is not on vfio-pci",
					vfio->bdf);
		return brg_fail(-EBUSY,
				"%s: already open by %s: one process at a time "
				"can have it (fio: thread=1)",
				vfio->bdf, holder);
	}
	if (err == -EACCES)
		return brg_fail(
			err,
			"%s: vfio-pci has its physical function, or its "
			"virtual functions in use: the right VF token "
			"is needed",
			vfio->bdf);
	if (err == -EBUSY)
		return brg_fail(err,
				"%s: busy: I/O still uses P2P memory of an "
				"earlier owner, its VFIO group is open, or P2P "
				"memory of its virtual functions is "
				"registered: end that first",
				vfio->bdf);
	return brg_fail(err, "%s: cannot bind it to iommufd: %s", vfio->bdf,
			strerror(-err));
}

static int bind_iommufd(struct brg_vfio *vfio, const char *path,
			const uint8_t *token)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.flags = token ? VFIO_DEVICE_BIND_FLAG_TOKEN : 0,
		.iommufd = vfio->iommufd.fd,
		.token_uuid_ptr = (uintptr_t)token,
	};

	if (ioctl(vfio->fd, VFIO_DEVICE_BIND_IOMMUFD, &bind))
		return explain_bind(vfio, path, token, -errno);
	vfio->device_id = bind.out_devid;
	return 0;
}

static int attach(struct brg_vfio *vfio)
{
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = sizeof(attach),
	};
	int ret;

	ret = brg_iommufd_ioas_alloc(&vfio->iommufd, &vfio->ioas_id);
	if (ret)
		return ret;
	attach.pt_id = vfio->ioas_id;
	if (!ioctl(vfio->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach))
		return 0;
	return brg_fail(-errno, "%s: cannot attach it to an address space: %s",
			vfio->bdf, strerror(errno));
}

int brg_vfio_open_with_token(const char *bdf, const uint8_t *token,
			     struct brg_vfio *vfio)
{
	char path[64];
	struct brg_pci pci;
	int ret;

	*vfio = (struct brg_vfio){ .fd = -1, .iommufd.fd = -1 };
	ret = brg_pci_read(bdf, &pci);
	if (ret)
		return ret;
	strcpy(vfio->bdf, pci.bdf);
	ret = check_driver(&pci);
	if (!ret)
		ret = brg_pci_check_group(&pci);
	if (!ret)
		ret = find_cdev(pci.bdf, path, sizeof(path));
	if (ret)
		return ret;
	ret = brg_iommufd_open(&vfio->iommufd);
	if (ret)
		return ret;
	vfio->fd = open_cdev(pci.bdf, path);
	ret = vfio->fd < 0 ? vfio->fd : bind_iommufd(vfio, path, token);
	if (!ret)
		ret = attach(vfio);
	if (ret)
		brg_vfio_close(vfio);
	return ret;
}

int brg_vfio_open(const char *bdf, struct brg_vfio *vfio)
{
	return brg_vfio_open_with_token(bdf, NULL, vfio);
}

void brg_vfio_close(struct brg_vfio *vfio)
{
	if (vfio->fd >= 0)
		close(vfio->fd);
	vfio->fd = -1;
	brg_iommufd_close(&vfio->iommufd);
}
