// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "verbs"
#include <barrage/verbs.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <infiniband/verbs.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "verbs-priv.h"

/* as long as a transfer of a page takes on hardware, and some */
#define SPIN_NS 50000
/* what an address vector has room for */
#define MAX_GID UINT8_MAX

/* of no port, for regions alone */
#define NO_PORT UINT_MAX

/* the PCI device that it does DMA with, where there is one */
static void find_pci(const char *name, char bdf[BRG_PCI_BDF_BYTES])
{
	char link[BRG_SYSFS_PATH_BYTES];

	if (brg_sysfs_link(link, sizeof(link), "class/infiniband/%s/device",
			   name) ||
	    brg_pci_parse_bdf(link, bdf))
		*bdf = '\0';
}

/* where the kernel does not say, the PCI driver is a good guess */
static const struct brg_rdma_driver *guess_driver(const char *name)
{
	char link[BRG_SYSFS_PATH_BYTES];

	if (brg_sysfs_link(link, sizeof(link),
			   "class/infiniband/%s/device/driver", name))
		return brg_rdma_driver_by_name("");
	if (!strncmp(link, "hns", 3))
		return brg_rdma_driver_by_name("hns");
	if (!strncmp(link, "ib_mthca", 8))
		return brg_rdma_driver_by_name("mthca");
	return brg_rdma_driver_by_name(link);
}

static void describe(struct ibv_device *device, struct brg_verbs_info *info)
{
	struct brg_kept kept;

	*info = (struct brg_verbs_info){};
	snprintf(info->name, sizeof(info->name), "%s",
		 ibv_get_device_name(device));
	brg_keep_error(&kept);
	find_pci(info->name, info->bdf);
	brg_keep_restore(&kept);
	if (brg_rdma_driver_id(ibv_get_device_index(device),
			       &info->driver_id)) {
		info->driver = guess_driver(info->name);
		info->driver_id = info->driver->id;
	} else {
		info->driver = brg_rdma_driver_by_id(info->driver_id);
	}
}

/* to be freed; NULL with @err set, and the line that says why */
static struct ibv_device **list_devices(int *nr, int *err)
{
	struct ibv_device **devices = ibv_get_device_list(nr);

	if (!devices && errno == ENOSYS)
		*err = brg_fail(
			-EOPNOTSUPP,
			"this kernel has no RDMA: load ib_uverbs, or build it with CONFIG_INFINIBAND_USER_ACCESS");
	else if (!devices)
		*err = brg_fail(-errno, "RDMA devices cannot be listed: %s",
				strerror(errno));
	return devices;
}

int brg_verbs_list(struct brg_verbs_info *infos, size_t max)
{
	struct ibv_device **devices;
	int i, nr, err;

	devices = list_devices(&nr, &err);
	if (!devices)
		return err;
	for (i = 0; i < nr && (size_t)i < max; i++)
		describe(devices[i], &infos[i]);
	ibv_free_device_list(devices);
	return i;
}

static int read_limits(struct brg_verbs *verbs)
{
	struct ibv_device_attr attr;
	int ret = ibv_query_device(verbs->context, &attr);

	if (ret)
		return brg_fail(-ret, BRG_VERBS_WHO ": limits: %s",
				BRG_VERBS_WHO_ARGS(verbs), strerror(ret));
	verbs->max_mr_bytes = attr.max_mr_size;
	verbs->max_mr = (uint32_t)attr.max_mr;
	verbs->max_depth = (uint32_t)(attr.max_qp_wr < attr.max_cqe ?
					      attr.max_qp_wr :
					      attr.max_cqe);
	return 0;
}

/* RoCE v2 with an address that has a route; else v2; else what there is */
static int rank(const struct ibv_gid_entry *entry)
{
	static const uint8_t none[16];

	if (!memcmp(entry->gid.raw, none, sizeof(none)))
		return 0;
	if (entry->gid_type != IBV_GID_TYPE_ROCE_V2)
		return 1;
	return entry->gid.raw[0] == 0xfe && entry->gid.raw[1] == 0x80 ? 2 : 3;
}

static int choose_gid(struct brg_verbs *verbs, const struct ibv_port_attr *port)
{
	int best = 0;

	verbs->gid_index = -1;
	if (port->link_layer == IBV_LINK_LAYER_INFINIBAND)
		return 0;
	for (uint32_t i = 0; i <= MAX_GID && i < (uint32_t)port->gid_tbl_len;
	     i++) {
		struct ibv_gid_entry entry;

		if (ibv_query_gid_ex(verbs->context, verbs->port, i, &entry,
				     0) ||
		    rank(&entry) <= best)
			continue;
		best = rank(&entry);
		verbs->gid_index = (int)i;
	}
	if (best)
		return 0;
	return brg_fail(
		-EADDRNOTAVAIL,
		BRG_VERBS_WHO
		": port %u has no address: give its network interface one (ip address add)",
		BRG_VERBS_WHO_ARGS(verbs), verbs->port);
}

static int try_port(struct brg_verbs *verbs, unsigned int number)
{
	struct ibv_port_attr port;
	int ret = ibv_query_port(verbs->context, (uint8_t)number, &port);

	if (ret)
		return brg_fail(-ret, BRG_VERBS_WHO ": port %u: %s",
				BRG_VERBS_WHO_ARGS(verbs), number,
				strerror(ret));
	if (port.state != IBV_PORT_ACTIVE)
		return brg_fail(
			-ENETDOWN,
			BRG_VERBS_WHO
			": port %u is not active (%s): bring its link up",
			BRG_VERBS_WHO_ARGS(verbs), number,
			ibv_port_state_str(port.state));
	verbs->port = (uint8_t)number;
	return choose_gid(verbs, &port);
}

static int choose_port(struct brg_verbs *verbs, unsigned int port)
{
	struct ibv_device_attr attr;
	int ret;

	if (port)
		return try_port(verbs, port);
	ret = ibv_query_device(verbs->context, &attr);
	if (ret)
		return brg_fail(-ret, BRG_VERBS_WHO ": ports: %s",
				BRG_VERBS_WHO_ARGS(verbs), strerror(ret));
	for (port = 1; port <= attr.phys_port_cnt; port++) {
		ret = try_port(verbs, port);
		if (!ret)
			return 0;
	}
	return ret ? ret :
		     brg_fail(-ENETDOWN, BRG_VERBS_WHO ": no port",
			      BRG_VERBS_WHO_ARGS(verbs));
}

static int open_parts(struct brg_verbs *verbs, struct ibv_device *device,
		      unsigned int port)
{
	int ret;

	if (device->transport_type == IBV_TRANSPORT_IWARP && port != NO_PORT)
		return brg_fail(
			-EOPNOTSUPP,
			BRG_VERBS_WHO
			": iWARP needs a connection manager: switch it to RoCE (devlink dev param set ... enable_roce)",
			BRG_VERBS_WHO_ARGS(verbs));
	verbs->context = ibv_open_device(device);
	if (!verbs->context)
		return brg_fail(
			-errno, BRG_VERBS_WHO ": %s%s",
			BRG_VERBS_WHO_ARGS(verbs), strerror(errno),
			errno == EACCES ?
				": rights to /dev/infiniband/uverbs* are needed" :
				"");
	ret = read_limits(verbs);
	if (!ret && port != NO_PORT)
		ret = choose_port(verbs, port);
	if (ret)
		return ret;
	verbs->pd = ibv_alloc_pd(verbs->context);
	if (!verbs->pd)
		return brg_fail(-errno, BRG_VERBS_WHO ": protection domain: %s",
				BRG_VERBS_WHO_ARGS(verbs), strerror(errno));
	verbs->spin_ns = verbs->info.driver->cpu_copies ? 0 : SPIN_NS;
	return 0;
}

static int open_one(struct ibv_device *device, unsigned int port,
		    struct brg_verbs **verbsp)
{
	struct brg_verbs *verbs = calloc(1, sizeof(*verbs));
	struct brg_kept kept;
	int ret;

	if (!verbs)
		return brg_fail(-ENOMEM, "out of memory");
	describe(device, &verbs->info);
	verbs->gid_index = -1;
	ret = open_parts(verbs, device, port);
	if (!ret) {
		*verbsp = verbs;
		return 0;
	}
	brg_keep_error(&kept);
	brg_verbs_close(verbs);
	brg_keep_restore(&kept);
	return ret;
}

/* with the ones that there are */
static int no_such(const char *name, struct ibv_device **devices, int nr)
{
	char names[256] = "none";
	size_t used = 0;

	for (int i = 0; i < nr && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used,
					 "%s%s", i ? ", " : "",
					 ibv_get_device_name(devices[i]));
	return brg_fail(-ENODEV, "%s%sno such RDMA device: there is %s",
			name ? name : "", name ? ": " : "", names);
}

static int open_named(const char *name, unsigned int port,
		      struct brg_verbs **verbsp)
{
	struct ibv_device **devices;
	bool found = false;
	int nr, ret = -ENODEV;

	devices = list_devices(&nr, &ret);
	if (!devices)
		return ret;
	for (int i = 0; i < nr && ret; i++) {
		if (name && strcmp(name, ibv_get_device_name(devices[i])))
			continue;
		found = true;
		ret = open_one(devices[i], port, verbsp);
	}
	if (!found)
		ret = no_such(name, devices, nr);
	ibv_free_device_list(devices);
	return ret;
}

int brg_verbs_open(const char *name, unsigned int port,
		   struct brg_verbs **verbsp)
{
	if (port > UINT8_MAX)
		return brg_fail(-EINVAL,
				"%s: port %u: a device has 255 at most",
				name ? name : "any RDMA device", port);
	return open_named(name, port, verbsp);
}

int brg_verbs_open_regions(const char *name, struct brg_verbs **verbsp)
{
	return open_named(name, NO_PORT, verbsp);
}

void brg_verbs_close(struct brg_verbs *verbs)
{
	if (!verbs)
		return;
	if (verbs->pd)
		ibv_dealloc_pd(verbs->pd);
	if (verbs->context)
		ibv_close_device(verbs->context);
	free(verbs);
}
