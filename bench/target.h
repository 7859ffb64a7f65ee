/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target - the device under test, opened for the system calls that are measured
 */
#ifndef BENCH_TARGET_H
#define BENCH_TARGET_H

#include <barrage/mem.h>
#include <barrage/vfio.h>

#include "options.h"

/**
 * struct target - an open provider
 * @pci: what it is
 * @bar: number of the BAR under test
 * @vfio: open
 * @binding: to give it back
 */
struct target {
	struct brg_pci pci;
	unsigned int bar;
	struct brg_vfio vfio;
	struct brg_pci_binding binding;
};

/**
 * target_open - open the device of the options, its BAR ready for use
 * @options: with a device
 * @target: receives it; closed on failure
 *
 * A device that has no driver is bound to vfio-pci; it is taken away from
 * another driver only where the options allow that.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int target_open(const struct bench_options *options, struct target *target);

/**
 * target_close - close it and give it back
 * @target: from target_open()
 *
 * Return: 0; -errno with brg_last_error() set, where it cannot be given back.
 */
int target_close(struct target *target);

/** target_bar_bytes - size of the BAR under test */
uint64_t target_bar_bytes(const struct target *target);

/** target_cpu_ns - time that this thread had a CPU: without what it slept */
double target_cpu_ns(void);

/*
 * What records call memory that is measured by its own system calls, without
 * an allocation of the library.
 */
extern const struct brg_mem_ops target_mem_bar;
extern const struct brg_mem_ops target_mem_dmabuf;
extern const struct brg_mem_ops target_mem_dmabuf_pages;

#endif
