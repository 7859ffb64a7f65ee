// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "p2p"
#include <barrage/p2p.h>
#include <barrage/log.h>

#include <errno.h>
#include <linux/vfio.h>
#include <string.h>

#include "size.h"

static int feature(const struct brg_vfio *vfio, uint32_t flags,
		   struct vfio_device_feature_p2p_register *arg)
{
	return brg_vfio_feature(vfio, VFIO_DEVICE_FEATURE_P2P_REGISTER | flags,
				arg, sizeof(*arg));
}

static int no_feature(const struct brg_vfio *vfio, int err)
{
	return brg_fail(err,
			"%s: this kernel cannot register a BAR for P2P: boot "
			"one with the P2P_REGISTER patches",
			vfio->bdf);
}

int brg_p2p_probe(const struct brg_vfio *vfio)
{
	int ret;

	ret = brg_vfio_feature(vfio,
			       VFIO_DEVICE_FEATURE_PROBE |
				       VFIO_DEVICE_FEATURE_GET |
				       VFIO_DEVICE_FEATURE_SET |
				       VFIO_DEVICE_FEATURE_P2P_REGISTER,
			       NULL, 0);
	return ret < 0 ? no_feature(vfio, ret) : 0;
}

/* The kernel says EINVAL for four things: find out which of them it was. */
static int explain_einval(const struct brg_vfio *vfio, unsigned int bar,
			  uint64_t offset, uint64_t length)
{
	char has[BRG_SIZE_BYTES];
	struct brg_pci_bar *res;
	struct brg_pci pci;

	if (brg_pci_read(vfio->bdf, &pci) || brg_pci_check_bar(&pci, bar))
		return -EINVAL;
	res = &pci.bars[bar];
	brg_size_text(res->size_bytes, has);
	if (res->size_bytes < BRG_P2P_ALIGN)
		return brg_fail(
			-EINVAL,
			"%s: BAR%u has %s: too small, struct pages come "
			"for 2 MiB at a time",
			vfio->bdf, bar, has);
	if ((offset | length) % BRG_P2P_ALIGN)
		return brg_fail(-EINVAL,
				"%s: BAR%u: offset %#llx and length %#llx must "
				"be multiples of 2 MiB",
				vfio->bdf, bar, (unsigned long long)offset,
				(unsigned long long)length);
	if (offset >= res->size_bytes || length > res->size_bytes - offset)
		return brg_fail(-EINVAL,
				"%s: BAR%u has %s: offset %#llx, length %#llx "
				"is out of it",
				vfio->bdf, bar, has, (unsigned long long)offset,
				(unsigned long long)length);
	return brg_fail(-EINVAL, "%s: BAR%u: the kernel refuses to register it",
			vfio->bdf, bar);
}

static int explain_eio(const struct brg_vfio *vfio, unsigned int bar)
{
	const char *why = "it is in low power: wake it";

	if (brg_vfio_memory_is_on(vfio) == 0)
		why = "its memory decoding is off: set COMMAND.MEM";
	return brg_fail(-EIO, "%s: BAR%u: cannot register it: %s", vfio->bdf,
			bar, why);
}

static const char *register_hint(int err)
{
	switch (err) {
	case -EOPNOTSUPP:
		return "the kernel or this device has no struct pages for BARs "
		       "(CONFIG_ZONE_DEVICE, CONFIG_PCI_P2PDMA)";
	case -ENODEV:
		return "vfio-pci has not claimed it: is it memory, and free in "
		       "/proc/iomem?";
	case -EEXIST:
		return "it is registered already: unregister it first";
	case -EBUSY:
		return "a dma-buf of it exists, or an earlier registration is "
		       "still draining: close what uses it";
	case -EPERM:
		return "rights are missing: run as root";
	case -ENOMEM:
		return "no memory for its struct pages (64 bytes for each "
		       "4 KiB)";
	default:
		return strerror(-err);
	}
}

int brg_p2p_register(const struct brg_vfio *vfio, unsigned int bar,
		     uint64_t offset, uint64_t length)
{
	struct vfio_device_feature_p2p_register arg = {
		.region_index = bar,
		.offset = offset,
		.length = length,
	};
	int ret;

	ret = feature(vfio, VFIO_DEVICE_FEATURE_SET, &arg);
	switch (ret) {
	case 0:
		return 0;
	case -ENOTTY:
		return no_feature(vfio, ret);
	case -EINVAL:
		return explain_einval(vfio, bar, offset, length);
	case -EIO:
		return explain_eio(vfio, bar);
	default:
		return brg_fail(ret, "%s: BAR%u: cannot register it: %s",
				vfio->bdf, bar, register_hint(ret));
	}
}

int brg_p2p_unregister(const struct brg_vfio *vfio, unsigned int bar,
		       uint32_t timeout_ms)
{
	struct vfio_device_feature_p2p_register arg = {
		.region_index = bar,
		.flags = VFIO_P2P_REGISTER_FLAG_UNREGISTER,
		.timeout_ms = timeout_ms,
	};
	const char *hint;
	int ret;

	ret = feature(vfio, VFIO_DEVICE_FEATURE_SET, &arg);
	switch (ret) {
	case 0:
		return 0;
	case -ENOTTY:
		return no_feature(vfio, ret);
	case -ENOENT:
		hint = "it is not registered";
		break;
	case -ETIMEDOUT:
		hint = "I/O still holds its pages: end that first";
		break;
	default:
		hint = strerror(-ret);
	}
	return brg_fail(ret, "%s: BAR%u: cannot unregister it: %s", vfio->bdf,
			bar, hint);
}

int brg_p2p_query(const struct brg_vfio *vfio, unsigned int bar,
		  struct brg_p2p_state *state)
{
	struct vfio_device_feature_p2p_register arg = { .region_index = bar };
	int ret;

	ret = feature(vfio, VFIO_DEVICE_FEATURE_GET, &arg);
	if (ret == -ENOTTY)
		return no_feature(vfio, ret);
	if (ret < 0)
		return brg_fail(ret,
				"%s: BAR%u: cannot ask for its "
				"registration: %s",
				vfio->bdf, bar, strerror(-ret));
	state->offset = arg.offset;
	state->length = arg.length;
	state->state = arg.state;
	return 0;
}

const char *brg_p2p_state_name(uint32_t state)
{
	switch (state) {
	case VFIO_P2P_STATE_NONE:
		return "none";
	case VFIO_P2P_STATE_LIVE:
		return "live";
	case VFIO_P2P_STATE_FROZEN:
		return "frozen";
	case VFIO_P2P_STATE_DRAINING:
		return "draining";
	default:
		return "unknown";
	}
}
