/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* quirk - what some providers need before their BAR is memory */
#ifndef BARRAGE_QUIRK_H
#define BARRAGE_QUIRK_H

#include <barrage/pci.h>
#include <barrage/vfio.h>

/**
 * brg_quirk_prepare - make a BAR answer
 * @vfio: open; a reset undoes what is done here
 * @pci: the same device
 * @bar: that will be used
 *
 * Return: 0, also where there is nothing to do; -ETIMEDOUT; -errno; with
 * brg_last_error() set.
 */
int brg_quirk_prepare(const struct brg_vfio *vfio, const struct brg_pci *pci,
		      unsigned int bar);

#endif
