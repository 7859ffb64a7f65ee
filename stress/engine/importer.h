/* SPDX-License-Identifier: GPL-2.0-only */
/* importer - a device that imports dma-bufs: barrage-importer, importer-uapi.h */
#ifndef STRESS_IMPORTER_H
#define STRESS_IMPORTER_H

#include "engine.h"

#include <importer-uapi.h>

/* What its calls may end with where the memory is taken away meanwhile */
#define IMPORT_MAY                                                             \
	MAY(-ENODEV, -ENOTCONN, -ENOENT, -EBUSY, -ESTALE, -EAGAIN, -EACCES,    \
	    -EINTR)

/** importer_file - open one of nobody's slot; returns it or -errno */
int importer_file(const struct world *world);

/**
 * importer_open - have the slot's importer, which is not open
 *
 * Return: 0 or -errno.
 */
int importer_open(struct world *world, struct slot *slot);

/**
 * importer_call - an ioctl of the slot's importer
 * @number: BARRAGE_IMPORTER_*
 *
 * Return: 0 or -errno.
 */
int importer_call(const struct slot *slot, unsigned long number, void *arg);

/** importer_status - what the device says of itself; 0 or -errno */
int importer_status(const struct slot *slot,
		    struct barrage_importer_status *status);

/**
 * struct importer_before - what the exporter promised before a call that it may
 * refuse
 * @off: as promise_kept() has it
 * @gone: the dma-buf was gone for good
 */
struct importer_before {
	uint32_t off;
	bool gone;
};

/**
 * importer_look - to be called before the call
 * @number: of the dma-buf
 */
struct importer_before importer_look(struct world *world, uint64_t number);

/**
 * importer_judge - the call has succeeded: engine_wrong() where it must not have
 * @before: of importer_look()
 * @what: which call, for people
 */
void importer_judge(struct world *world, struct importer_before before,
		    const char *what);

#endif
