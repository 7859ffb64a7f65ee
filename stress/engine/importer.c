// SPDX-License-Identifier: GPL-2.0-only
#include "importer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>

int importer_file(const struct world *world)
{
	char path[80];
	int fd;

	snprintf(path, sizeof(path), "/dev/barrage-importer/%s",
		 world->importer);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int importer_open(struct world *world, struct slot *slot)
{
	int fd = importer_file(world);

	if (fd < 0)
		return fd;
	slot->importer = fd;
	atomic_fetch_add(&world->shared->nr_importers, 1);
	atomic_fetch_add(&world->shared->nr_imports, 1);
	return 0;
}

int importer_call(const struct slot *slot, unsigned long number, void *arg)
{
	return ioctl(slot->importer, number, arg) ? -errno : 0;
}

int importer_status(const struct slot *slot,
		    struct barrage_importer_status *status)
{
	return importer_call(slot, BARRAGE_IMPORTER_STATUS, status);
}

struct importer_before importer_look(struct world *world, uint64_t number)
{
	return (struct importer_before){
		.off = promise_kept(&world->shared->off),
		.gone = lent_is_gone(&world->shared->lent, number),
	};
}

void importer_judge(struct world *world, struct importer_before before,
		    const char *what)
{
	if (promise_holds(&world->shared->off, before.off))
		engine_wrong(world, ORACLE_MODEL,
			     "%s of a dma-buf while memory is off", what);
	else if (before.gone)
		engine_wrong(world, ORACLE_MODEL,
			     "%s of a dma-buf that is gone for good", what);
}
