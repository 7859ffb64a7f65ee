/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * barrage-sriov - a device with virtual functions (VFs) that have memory
 *
 * sriov-registers.c is their configuration space, sriov.c puts them on a bus.
 */
#ifndef BARRAGE_SRIOV_H
#define BARRAGE_SRIOV_H

#include <linux/sizes.h>
#include <linux/types.h>

#define SRIOV_NR_VFS 2
#define SRIOV_PF_FUNCTION 1 /* 0 is who lends the memory */
#define SRIOV_NR_FUNCTIONS (1 + SRIOV_NR_VFS)

/* BAR0 of each, and both together, in a power of two */
#define SRIOV_PF_BYTES SZ_16M
#define SRIOV_VF_BYTES SZ_16M
#define SRIOV_ALL_BYTES SZ_64M

/** sriov_registers_init - as after power on */
void sriov_registers_init(void);

/**
 * sriov_registers_set_bar - say where memory is
 * @where: offset of a BAR of 64 bits in the PF's configuration space
 * @address: in physical memory
 *
 * Before anybody reads the registers. A reset of the PF forgets it.
 */
void sriov_registers_set_bar(int where, u64 address);

/**
 * sriov_registers_read - of function @function, up to four bytes
 * @function: 0 for the physical function (PF), 1 and up for its VFs
 * @where: offset in configuration space
 *
 * Takes a raw spinlock, since configuration space is read with such.
 *
 * Return: the value; all ones where there is no such function now.
 */
u32 sriov_registers_read(unsigned int function, int where, int size);

/**
 * sriov_registers_write - likewise
 *
 * A function level reset is done when this returns. That of the PF ends its VFs, as
 * the PCI Express Base Specification 6.0 has it (9.2.1.2). With the module's parameter
 * "lost" a function does not come back from it: all its registers read ones.
 */
void sriov_registers_write(unsigned int function, int where, int size, u32 val);

#endif
