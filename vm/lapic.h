/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lapic - has the emulator lost the end of an interrupt?
 *
 * Seen with QEMU 7.2 and 10.0 under TCG with two processors, most often when memory
 * of a device is turned off or on: the processor's write to its local APIC's EOI
 * register has no effect. The interrupt stays in service, none of its priority or
 * below comes any more, and with the timer's the processor sleeps for ever. What
 * waits for it then looks like a hang of the kernel. docs/emulation.md has more.
 */
#ifndef VM_LAPIC_H
#define VM_LAPIC_H

#include <stdbool.h>
#include <stdint.h>

/* no more processors than this are looked at */
#define VM_LAPIC_CPUS 8

/**
 * struct vm_lapic_watch - what was seen of the processors so far; zero at first
 * @vector: of each: the interrupt in service while it sleeps, or 0
 * @seen: of each: how often that was so, one look after the other
 */
struct vm_lapic_watch {
	int vector[VM_LAPIC_CPUS];
	int seen[VM_LAPIC_CPUS];
};

/**
 * vm_lapic_in_service() - the interrupt that a sleeping processor is in
 * @registers: what QEMU's "info registers" says of it
 * @lapic: what its "info lapic" says
 *
 * Linux ends an interrupt before it lets a processor sleep.
 *
 * Return: the highest vector in service, or 0 where there is none or it is awake.
 */
int vm_lapic_in_service(const char *registers, const char *lapic);

/**
 * vm_lapic_watch() - look, each VM_LOST_LOOK_MS
 * @watch: what was seen before
 * @fd: QEMU's control connection
 * @cpus: how many there are
 * @cpu: receives which one lost its interrupt
 *
 * Return: the vector that was lost, seen several times over half a minute; or 0.
 */
int vm_lapic_watch(struct vm_lapic_watch *watch, int fd, int cpus, int *cpu);

#endif
