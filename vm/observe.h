/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_OBSERVE_H
#define VM_OBSERVE_H

/* barrage-vm observe: returns the exit status. argv[0] is "observe". */
int vm_observe(int argc, char **argv);

#endif
