/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* module - kernel modules */
#ifndef BRG_MODULE_H
#define BRG_MODULE_H

/**
 * brg_module_ensure_pci_driver - have a PCI driver in the kernel
 * @driver: loaded by libkmod where sysfs does not show it, from the folder
 *	that BARRAGE_MODULES names if it is there
 *
 * Return: 0; -EOPNOTSUPP where this kernel has no such module; -EPERM; -errno.
 */
int brg_module_ensure_pci_driver(const char *driver);

/**
 * brg_module_ensure_device - have the device file of a module
 * @name: of the module, loaded as above where @path is not there
 * @path: of the file
 * @needs: what to tell where there is no such module
 *
 * Return: 0; -EOPNOTSUPP where this kernel has no such module, or does not take
 * it; -EPERM; with brg_last_error() set.
 */
int brg_module_ensure_device(const char *name, const char *path,
			     const char *needs);

#endif
