// SPDX-License-Identifier: GPL-2.0-only
/* The driver is to leave a device that is open, or the device its PF */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "pf.h"
#include "reopen.h"
#include "text-file.h"

#include <errno.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DRIVER "/sys/bus/pci/drivers/vfio-pci"
#define REQUEST_MS 10000

#define PATH_BYTES 64

/* what is written to have the driver leave a device, and to have it back */
struct way {
	char away[PATH_BYTES];
	const char *away_text;
	char back[PATH_BYTES];
	const char *back_text;
};

/* In a thread: a child would have the device's file, and wait for itself. */
struct unbinding {
	pthread_t thread;
	const char *bdf;
	const struct way *way;
	int ret;
	atomic_bool ended;
};

static void *unbind(void *arg)
{
	struct unbinding *unbinding = arg;
	const struct way *way = unbinding->way;

	unbinding->ret = text_file_write(way->away, way->away_text);
	atomic_store(&unbinding->ended, true);
	return NULL;
}

/* Who has the device is asked for it by an event: it can be read then. */
static int hear_requests(const struct device *device)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), ret;
	struct {
		struct vfio_irq_set set;
		int32_t event;
	} arg = {
		.set.argsz = sizeof(arg),
		.set.flags = VFIO_IRQ_SET_DATA_EVENTFD |
			     VFIO_IRQ_SET_ACTION_TRIGGER,
		.set.index = VFIO_PCI_REQ_IRQ_INDEX,
		.set.count = 1,
		.event = event,
	};

	if (event < 0)
		return -errno;
	if (!ioctl(device->vfio, VFIO_DEVICE_SET_IRQS, &arg))
		return event;
	ret = -errno;
	close(event);
	return ret;
}

/* It is asked for when it cannot be opened any more. */
static void look_at_device(struct actor *actor,
			   const struct unbinding *unbinding, int event,
			   uint32_t us)
{
	struct pollfd asked = { .fd = event, .events = POLLIN };
	int node;

	if (poll(&asked, 1, REQUEST_MS) != 1) {
		engine_wrong(
			actor->world, ORACLE_MODEL,
			"a driver is to be unbound, and does not ask who has the device open");
		return;
	}
	node = device_node(unbinding->bdf);
	engine_pause_us(us);
	if (node >= 0)
		engine_wrong(actor->world, ORACLE_MODEL,
			     "a device that is being unbound can be opened");
	else if (atomic_load(&unbinding->ended))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "a driver was unbound from a device that is open");
	if (node >= 0)
		close(node);
}

/* arguments of the operations: time in use, and away */
static int take_away(struct actor *actor, const struct way *way,
		     const int64_t *arg)
{
	struct device *device = &actor->world->device;
	struct unbinding unbinding = { .bdf = device->bdf, .way = way };
	struct closing closing;
	int event, ret, err;

	event = hear_requests(device);
	if (event < 0)
		return event;
	ret = -pthread_create(&unbinding.thread, NULL, unbind, &unbinding);
	if (ret) {
		close(event);
		return ret;
	}
	look_at_device(actor, &unbinding, event, (uint32_t)arg[0]);
	closing = reopen_begin(actor);
	pthread_join(unbinding.thread, NULL);
	close(event);
	engine_pause_us((uint32_t)arg[1]);
	pf_lock();
	err = text_file_write(way->back, way->back_text);
	ret = unbinding.ret ? unbinding.ret : err;
	err = reopen_end(actor, &closing);
	pf_unlock();
	return ret ? ret : err;
}

/* As rebind, which closes the device first. */
static int do_rebind_used(struct actor *actor, const int64_t *arg)
{
	const struct device *device = &actor->world->device;
	const struct way way = {
		.away = DRIVER "/unbind",
		.away_text = device->bdf,
		.back = DRIVER "/bind",
		.back_text = device->bdf,
	};

	return device->vfio < 0 ? DONE_NOTHING : take_away(actor, &way, arg);
}

OP(rebind_used) = {
	.name = "rebind-used",
	.summary =
		"unbind the driver of the open device, which is closed only then, bind it, and open it again",
	.source = "ops-unbind.c",
	.needs = NEED_VFIO,
	.args = { { "time in use, us", 0, 5000 },
		  { "time unbound, us", 0, 5000 } },
	.run = do_rebind_used,
};

/* There are as many VFs as before after that, which vfio-pci has: it has their PF. */
static int do_vf_gone(struct actor *actor, const int64_t *arg)
{
	const struct world *world = actor->world;
	struct way way = { .away_text = "0" };
	char nr[8];

	if (world->device.vfio < 0 || !*world->pf.bdf)
		return DONE_NOTHING;
	snprintf(way.away, sizeof(way.away),
		 "/sys/bus/pci/devices/%s/sriov_numvfs", world->pf.bdf);
	strcpy(way.back, way.away);
	text_file_read(way.away, nr, sizeof(nr));
	way.back_text = nr;
	return take_away(actor, &way, arg);
}

OP(vf_gone) = {
	.name = "vf-gone",
	.summary =
		"take all VFs from the PF with this one open, which is closed only then, and open it again when they are back",
	.source = "ops-unbind.c",
	.needs = NEED_VFIO | NEED_PF,
	.args = { { "time in use, us", 0, 5000 },
		  { "time away, us", 0, 5000 } },
	.run = do_vf_gone,
};
