/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pf - while a physical function (PF) is reset its VFs are not there
 *
 * Linux does not keep a VF from being opened then, which cannot read its registers and is
 * of no use until it is reset (vfio_pci_core_enable(), pci_power_up()): so whoever opens
 * a VF in a race keeps others from resetting its PF.
 */
#ifndef STRESS_PF_H
#define STRESS_PF_H

/** pf_lock - nobody resets, opens or closes the PF, nor opens its VF, until pf_unlock() */
void pf_lock(void);

/** pf_unlock - the opposite */
void pf_unlock(void);

#endif
