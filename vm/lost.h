/* SPDX-License-Identifier: GPL-2.0-only */
/* lost - how often the emulator is asked for what it lost, see lapic.h and vtd.h */
#ifndef VM_LOST_H
#define VM_LOST_H

#define VM_LOST_LOOK_MS 10000

/* It may just be under way when it is looked for: not so often, the same one. */
#define VM_LOST_LOOKS 4

#endif
