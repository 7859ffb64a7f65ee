/* SPDX-License-Identifier: GPL-2.0-only */
/* registration - of a BAR as P2P memory */
#ifndef STRESS_REGISTRATION_H
#define STRESS_REGISTRATION_H

#include <linux/vfio.h>

#include "engine.h"

/**
 * registration - VFIO_DEVICE_FEATURE_P2P_REGISTER as it is
 * @flags: VFIO_DEVICE_FEATURE_GET or _SET
 * @reg: what is asked for; receives the answer
 *
 * Return: 0 or -errno.
 */
int registration(const struct device *device, uint32_t flags,
		 struct vfio_device_feature_p2p_register *reg);

/** registration_undo - harmless where there is none; true: now there is none */
bool registration_undo(struct device *device);

#endif
