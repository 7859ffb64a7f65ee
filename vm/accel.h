/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_ACCEL_H
#define VM_ACCEL_H

#include <stdbool.h>

#include "kernel.h"
#include "topology.h"

/**
 * struct vm_accel - how the machine's processor is run
 * @kvm: by the host's, not in software
 * @why: for the user, in half a sentence; to be freed
 */
struct vm_accel {
	bool kvm;
	char *why;
};

/**
 * vm_accel_choose() - decide between KVM and software emulation
 * @kernel: what will be booted
 * @topology: with this processor
 * @icount: counting instructions is emulation's alone
 * @accel: filled in
 *
 * /dev/kvm can be there and be of no use, so KVM is taken only after it booted
 * this kernel once; the verdict is kept for as long as the host runs.
 * $BARRAGE_ACCEL, "tcg" or "kvm", decides instead.
 *
 * Blocks for some seconds at most. Return: 0, or -EINVAL for a wrong
 * $BARRAGE_ACCEL, which it then said.
 */
int vm_accel_choose(const struct vm_kernel *kernel,
		    const struct vm_topology *topology, bool icount,
		    struct vm_accel *accel);

#endif
