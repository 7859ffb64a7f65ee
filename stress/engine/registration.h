/* SPDX-License-Identifier: GPL-2.0-only */
/* registration - of a BAR as P2P memory */
#ifndef STRESS_REGISTRATION_H
#define STRESS_REGISTRATION_H

#include <linux/vfio.h>

#include "engine.h"

/*
 * How long one attempt to undo it waits, for each BAR. At a quiet point: nobody has I/O,
 * all that may come late is what RCU frees, and there are more attempts.
 */
#define REGISTRATION_UNDO_S 2

/**
 * registration - VFIO_DEVICE_FEATURE_P2P_REGISTER as it is
 * @flags: VFIO_DEVICE_FEATURE_GET or _SET
 * @reg: what is asked for; receives the answer
 *
 * Return: 0 or -errno.
 */
int registration(const struct device *device, uint32_t flags,
		 struct vfio_device_feature_p2p_register *reg);

/**
 * registration_undo - harmless where there is none
 *
 * Waits REGISTRATION_UNDO_S for who has memory of it, and as long of its other BAR.
 *
 * Return: 0: now there is none; -ETIMEDOUT where memory is in use; -EBUSY where
 * somebody else is about to undo it; -errno.
 */
int registration_undo(struct device *device);

#endif
