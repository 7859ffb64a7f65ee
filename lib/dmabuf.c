// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "dmabuf"
#include <barrage/dmabuf.h>
#include <barrage/log.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <string.h>

int brg_dmabuf_export(const struct brg_vfio *vfio, unsigned int bar,
		      uint64_t offset, uint64_t length, int *fdp)
{
	union {
		struct vfio_device_feature_dma_buf get;
		uint8_t room[sizeof(struct vfio_device_feature_dma_buf) +
			     sizeof(struct vfio_region_dma_range)];
	} arg = { .get = {
			  .region_index = bar,
			  .open_flags = O_RDWR | O_CLOEXEC,
			  .nr_ranges = 1,
		  } };
	const char *hint;
	int ret;

	arg.get.dma_ranges[0].offset = offset;
	arg.get.dma_ranges[0].length = length;
	ret = brg_vfio_feature(
		vfio, VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF,
		&arg, sizeof(arg));
	if (ret >= 0) {
		*fdp = ret;
		return 0;
	}
	switch (ret) {
	case -EBUSY:
		hint = "it is registered for P2P: unregister it first";
		break;
	case -ENODEV:
		hint = "vfio-pci has not claimed such a BAR";
		break;
	case -ENOTTY:
	case -EOPNOTSUPP:
		hint = "the kernel needs CONFIG_VFIO_PCI_DMABUF";
		break;
	default:
		hint = strerror(-ret);
	}
	return brg_fail(ret, "%s: BAR%u: cannot export a dma-buf: %s",
			vfio->bdf, bar, hint);
}
