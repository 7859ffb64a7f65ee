/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's command line for a topology. Nothing here touches the system, so the
 * tests can look at what would be run.
 */
#ifndef VM_MACHINE_H
#define VM_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel.h"
#include "text.h"
#include "topology.h"

/* The connections between the runner and QEMU, each an inherited socket. */
enum vm_channel {
	VM_CHANNEL_CONSOLE,
	VM_CHANNEL_QMP,
	VM_CHANNEL_CONTROL,
	VM_CHANNEL_LOG,
	VM_CHANNEL_STDOUT,
	VM_CHANNEL_STDERR,
	VM_CHANNEL_HOST,
	VM_CHANNEL_TTY,
	VM_NR_CHANNELS,
};

/**
 * struct vm_machine - everything that decides the command line
 * @topology: the devices
 * @kernel: what to boot
 * @qemu: version of the program, for records
 * @kvm: accelerated, not emulated
 * @icount: time is the count of instructions
 * @x2apic: the processors' interrupt controllers are registers, not memory
 * @tsc_khz: rate of the host's time stamp counter, 0 where it is not known
 * @no_kmemleak: the kernel can look for leaks, and nobody will ask it to
 * @tty: with an interactive console, for a shell
 * @memory_mb: 0 for what the topology says
 * @append: further kernel parameters, or NULL
 * @init: the machine's first program, as a path of the host
 * @out_dir: what the machine may write to
 * @run_dir: where the backing files are
 * @observe_file: the provider's memory, NULL for one in @run_dir
 * @fds: QEMU's ends of the channels
 */
struct vm_machine {
	const struct vm_topology *topology;
	const struct vm_kernel *kernel;
	const char *qemu;
	bool kvm;
	bool icount;
	bool x2apic;
	uint32_t tsc_khz;
	bool no_kmemleak;
	bool tty;
	int memory_mb;
	const char *append;
	const char *init;
	const char *out_dir;
	const char *run_dir;
	const char *observe_file;
	int fds[VM_NR_CHANNELS];
};

/* The provider: the role whose memory @observe_file names. */
#define VM_ROLE_PROVIDER "provider"

/* The program: $BARRAGE_QEMU, else that of vm/fetch-qemu, else the one in $PATH. */
const char *vm_qemu_program(void);

/* The kernel's command line; to be freed. */
char *vm_machine_append(const struct vm_machine *machine);

/* QEMU's command line, the program first. */
void vm_machine_argv(const struct vm_machine *machine, struct vm_strv *argv);

/* The file behind a device's BAR or disk; to be freed. */
char *vm_machine_memory_path(const struct vm_machine *machine,
			     const struct vm_device *device);
char *vm_machine_disk_path(const struct vm_machine *machine,
			   const struct vm_device *device);

#endif
