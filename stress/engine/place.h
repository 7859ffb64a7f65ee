/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * place - does a device answer where the kernel has put its BARs?
 *
 * What its registers hold is compared with what the kernel has.
 */
#ifndef STRESS_PLACE_H
#define STRESS_PLACE_H

#include "engine.h"

/**
 * place_ensure - write back where the BARs are, if that was lost before
 * @device: nobody has it open
 * @why: receives one line on failure
 *
 * Return: 0; -errno.
 */
int place_ensure(const struct device *device, char why[ENGINE_TEXT_BYTES]);

/**
 * place_judge - after a race: engine_wrong() where the BARs are not in place
 * @world: with no race
 * @device: one of it
 *
 * Linux 7.3 has a defect that loses them where a device is opened or closed while
 * somebody resets it without VFIO.
 */
void place_judge(struct world *world, const struct device *device);

#endif
