// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "machine-devices.h"
#include "record.h"

/* Of the root bus, for the runner's own devices. */
#define SLOT_SERIAL "1.0"
#define SLOT_ROOT "2.0"
#define SLOT_OUT "3.0"

/* The transport takes no more in one message. */
#define MSIZE "512000"

/* Of vm/fetch-qemu, where the system's is too old; or NULL. */
static const char *fetched_qemu(void)
{
	static char path[PATH_MAX];
	char *dir = vm_cache_dir();
	int len = -1;

	if (dir)
		len = snprintf(path, sizeof(path),
			       "%s/qemu/usr/bin/qemu-system-x86_64", dir);
	free(dir);
	if (len < 0 || (size_t)len >= sizeof(path) || access(path, X_OK))
		return NULL;
	return path;
}

const char *vm_qemu_program(void)
{
	const char *program = getenv("BARRAGE_QEMU");

	if (program && *program)
		return program;
	program = fetched_qemu();
	return program ? program : "qemu-system-x86_64";
}

/*
 * Where instructions are the clock, the kernel finds the processor's own timer
 * unfit, but only after half a minute. And an idle machine's clock jumps from
 * timer to timer while the host does the I/O: no disk may be found dead by it.
 */
#define ICOUNT_APPEND                                                          \
	" nolapic_timer nvme_core.io_timeout=100000 nvme_core.admin_timeout=100000"

/* Where the processor is emulated, its counter is the host's: see tsc.h. */
static void add_tsc(const struct vm_machine *machine, struct vm_buf *append)
{
	if (!machine->kvm && !machine->icount && machine->tsc_khz)
		vm_buf_printf(append, " tsc_early_khz=%u", machine->tsc_khz);
}

char *vm_machine_append(const struct vm_machine *machine)
{
	struct vm_buf append = { 0 };

	/*
	 * A hang is examined through sysrq and NMI, whatever the kernel's
	 * configuration allows by itself. The log buffer has to hold the
	 * stacks of all tasks. Addresses that do not move make two runs
	 * comparable.
	 */
	vm_buf_printf(
		&append,
		"console=ttyS0 quiet panic=-1 unknown_nmi_panic sysrq_always_enabled log_buf_len=2M nokaslr no_timer_check tsc=reliable root=" VM_TAG_ROOT
		" rootfstype=9p rootflags=trans=virtio,version=9p2000.L,cache=loose,msize=" MSIZE
		" ro \"init=%s\"%s",
		machine->init, machine->icount ? ICOUNT_APPEND : "");
	add_tsc(machine, &append);
	/* a stack of each allocation: half of the time that such a boot takes */
	if (machine->no_kmemleak)
		vm_buf_printf(&append, " kmemleak=off");
	vm_buf_printf(&append, " %s%s%s", machine->topology->append,
		      machine->append ? " " : "",
		      machine->append ? machine->append : "");
	return append.data;
}

static void add(struct vm_strv *argv, const char *option, const char *value)
{
	vm_strv_add(argv, "%s", option);
	vm_strv_add(argv, "%s", value);
}

static void add_base(const struct vm_machine *machine, struct vm_strv *argv)
{
	const struct vm_topology *t = machine->topology;
	int memory_mb = machine->memory_mb ? machine->memory_mb : t->memory_mb;
	char *append = vm_machine_append(machine);

	vm_strv_add(argv, "%s", vm_qemu_program());
	vm_strv_add(argv, "-no-user-config");
	vm_strv_add(argv, "-nodefaults");
	vm_strv_add(argv, "-no-reboot");
	add(argv, "-display", "none");
	add(argv, "-machine",
	    "q35,kernel-irqchip=split,sata=off,smbus=off,usb=off,vmport=off");
	if (machine->kvm) {
		add(argv, "-accel", "kvm");
	} else if (machine->icount) {
		add(argv, "-accel", "tcg,thread=single");
		add(argv, "-icount", "shift=0,sleep=off,align=off");
	} else {
		add(argv, "-accel", "tcg,thread=multi");
	}
	vm_strv_add(argv, "-cpu");
	vm_strv_add(argv, "%s%s", t->cpu, machine->x2apic ? ",+x2apic" : "");
	vm_strv_add(argv, "-smp");
	vm_strv_add(argv, "%d", machine->icount ? 1 : t->cpus);
	if (t->native_hotplug)
		add(argv, "-global",
		    "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off");
	vm_strv_add(argv, "-m");
	vm_strv_add(argv, "%d", memory_mb);
	add(argv, "-kernel", machine->kernel->image);
	add(argv, "-append", append);
	free(append);
}

static void add_chardev(const struct vm_machine *machine,
			enum vm_channel channel, const char *id,
			struct vm_strv *argv)
{
	vm_strv_add(argv, "-chardev");
	vm_strv_add(argv, "socket,id=%s,fd=%d", id, machine->fds[channel]);
}

static void add_port(const struct vm_machine *machine, enum vm_channel channel,
		     const char *name, struct vm_strv *argv)
{
	add_chardev(machine, channel, name, argv);
	vm_strv_add(argv, "-device");
	vm_strv_add(argv, "virtserialport,chardev=%s,name=%s", name, name);
}

static void add_channels(const struct vm_machine *machine, struct vm_strv *argv)
{
	add_chardev(machine, VM_CHANNEL_CONSOLE, "console", argv);
	add(argv, "-serial", "chardev:console");
	add_chardev(machine, VM_CHANNEL_QMP, "qmp", argv);
	add(argv, "-mon", "chardev=qmp,mode=control");
	add(argv, "-device",
	    "virtio-serial-pci,addr=" SLOT_SERIAL ",disable-legacy=on");
	if (machine->tty) {
		add_chardev(machine, VM_CHANNEL_TTY, "tty", argv);
		add(argv, "-device", "virtconsole,chardev=tty");
	}
	add_port(machine, VM_CHANNEL_CONTROL, VM_PORT_CONTROL, argv);
	add_port(machine, VM_CHANNEL_LOG, VM_PORT_LOG, argv);
	add_port(machine, VM_CHANNEL_STDOUT, VM_PORT_STDOUT, argv);
	add_port(machine, VM_CHANNEL_STDERR, VM_PORT_STDERR, argv);
	add_port(machine, VM_CHANNEL_HOST, VM_PORT_HOST, argv);
}

/* QEMU's option syntax has ",," for a comma. */
static char *escape_commas(const char *s)
{
	struct vm_buf buf = { 0 };

	vm_buf_add(&buf, "", 0);
	for (; *s; s++) {
		vm_buf_add(&buf, s, 1);
		if (*s == ',')
			vm_buf_add(&buf, ",", 1);
	}
	return buf.data;
}

static void add_shares(const struct vm_machine *machine, struct vm_strv *argv)
{
	char *out = escape_commas(machine->out_dir);

	add(argv, "-fsdev",
	    "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap");
	add(argv, "-device",
	    "virtio-9p-pci,addr=" SLOT_ROOT
	    ",disable-legacy=on,fsdev=root,mount_tag=" VM_TAG_ROOT);
	vm_strv_add(argv, "-fsdev");
	vm_strv_add(argv,
		    "local,id=out,path=%s,security_model=none,multidevs=remap",
		    out);
	add(argv, "-device",
	    "virtio-9p-pci,addr=" SLOT_OUT
	    ",disable-legacy=on,fsdev=out,mount_tag=" VM_TAG_OUT);
	free(out);
}

void vm_machine_argv(const struct vm_machine *machine, struct vm_strv *argv)
{
	add_base(machine, argv);
	vm_machine_devices(machine, argv);
	add_channels(machine, argv);
	add_shares(machine, argv);
}

char *vm_machine_memory_path(const struct vm_machine *machine,
			     const struct vm_device *device)
{
	if (machine->observe_file && !strcmp(device->role, VM_ROLE_PROVIDER))
		return vm_strf("%s", machine->observe_file);
	return vm_strf("%s/%s.bar", machine->run_dir, device->role);
}

char *vm_machine_disk_path(const struct vm_machine *machine,
			   const struct vm_device *device)
{
	return vm_strf("%s/%s.disk", machine->run_dir, device->role);
}
