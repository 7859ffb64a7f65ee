// SPDX-License-Identifier: GPL-2.0-only
#include "run.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accel.h"
#include "image.h"
#include "judge.h"
#include "machine.h"
#include "outdir.h"
#include "qemu.h"
#include "result.h"
#include "run-env.h"
#include "rundir.h"
#include "session.h"
#include "tsc.h"

/* Beside this program: the build puts both there. */
#define INIT_NAME "barrage-init"

/* How often to start QEMU in all where it crashes by itself. */
#define MAX_BOOTS 3

struct run {
	const struct vm_options *options;
	struct vm_topology topology;
	struct vm_kernel kernel;
	struct vm_accel accel;
	struct vm_rundir rundir;
	struct vm_machine machine;
	struct vm_strv env;
	char *init;
	char *out;
	bool made_observe_file;
	int qemu_log;
	int log_file;
};

static int find_init(struct run *run)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return -errno;
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	run->init = vm_strf("%s/" INIT_NAME, self);
	if (access(run->init, X_OK) || strchr(run->init, '"')) {
		vm_say("%s: %s", run->init,
		       strchr(run->init, '"') ?
			       "a quotation mark in a path cannot be passed to the kernel" :
			       "not there: build it with barrage-vm");
		return -ENOENT;
	}
	return 0;
}

/* The out folder is the user's, or one that goes away with the run. */
static int open_out(struct run *run)
{
	int ret;

	if (run->options->out) {
		ret = vm_outdir_make(run->options->out);
		if (ret)
			return ret;
		run->out = realpath(run->options->out, NULL);
	} else {
		run->out = vm_strf("%s/out", run->rundir.path);
		mkdir(run->out, 0700);
	}
	if (!run->out)
		return -errno;
	run->qemu_log = vm_outdir_open(run->out, "qemu.log");
	run->log_file = vm_outdir_open(run->out, "dmesg");
	return run->qemu_log < 0 || run->log_file < 0 ? -EIO : 0;
}

static uint64_t bytes_needed(const struct vm_topology *t)
{
	uint64_t mb = 0;

	for (size_t i = 0; i < t->nr_devices; i++)
		mb += t->devices[i].memory_mb + t->devices[i].disk_mb;
	return mb << 20;
}

static int make_files(struct run *run)
{
	const struct vm_topology *t = &run->topology;
	int ret = 0;

	for (size_t i = 0; !ret && i < t->nr_devices; i++) {
		const struct vm_device *dev = &t->devices[i];
		char *memory = vm_machine_memory_path(&run->machine, dev);
		char *disk = vm_machine_disk_path(&run->machine, dev);

		if (dev->memory_property) {
			const char *observe = run->options->observe_file;

			ret = vm_make_file(memory,
					   (uint64_t)dev->memory_mb << 20);
			if (!ret && observe && !strcmp(memory, observe))
				run->made_observe_file = true;
		}
		if (!ret && dev->disk_mb)
			ret = vm_make_file(disk, (uint64_t)dev->disk_mb << 20);
		free(memory);
		free(disk);
	}
	return ret;
}

static void set_machine(struct run *run)
{
	const struct vm_options *o = run->options;

	run->machine = (struct vm_machine){
		.topology = &run->topology,
		.kernel = &run->kernel,
		.qemu = vm_qemu_version(),
		.kvm = run->accel.kvm,
		.icount = o->icount,
		/*
		 * A write to a register cannot get lost as one to memory can,
		 * see lapic.h. KVM sees to that itself.
		 */
		.x2apic = !run->accel.kvm && !o->icount && vm_qemu_has_x2apic(),
		.tsc_khz = vm_tsc_host_khz(),
		.no_kmemleak = vm_kernel_has_checkers(&run->kernel) &&
			       !o->kmemleak,
		.tty = o->shell,
		.memory_mb = o->memory_mb,
		.append = o->append.data,
		.init = run->init,
		.out_dir = run->out,
		.run_dir = run->rundir.path,
		.observe_file = o->observe_file,
	};
}

/* The log begins with what was run; "#" tells it from QEMU's own lines. */
static void log_command(const struct run *run)
{
	struct vm_strv argv = { 0 };

	dprintf(run->qemu_log, "# accel: %s: %s\n",
		run->accel.kvm ? "kvm" : "tcg", run->accel.why);
	vm_machine_argv(&run->machine, &argv);
	for (size_t i = 0; i < argv.n; i++)
		dprintf(run->qemu_log, "# %s\n", argv.v[i]);
	vm_strv_free(&argv);
}

static int prepare(struct run *run)
{
	const struct vm_options *o = run->options;
	char *why;
	int ret;

	ret = vm_topology_load(o->topology, &run->topology, &why);
	if (ret) {
		vm_say("%s", why);
		free(why);
		return ret;
	}
	if (o->cpus)
		run->topology.cpus = o->cpus;
	ret = vm_kernel_open(o->kernel, &run->kernel);
	if (!ret)
		ret = find_init(run);
	if (!ret)
		ret = vm_accel_choose(&run->kernel, &run->topology, o->icount,
				      &run->accel);
	if (!ret)
		ret = vm_rundir_open(bytes_needed(&run->topology),
				     &run->rundir);
	if (!ret)
		ret = open_out(run);
	if (ret)
		return ret;
	set_machine(run);
	vm_run_env(o, &run->machine, &run->env);
	log_command(run);
	ret = make_files(run);
	return ret ? ret : vm_result_observer(&run->machine);
}

static int finish(struct run *run, struct vm_session *session)
{
	char *qemu_log = vm_strf("%s/qemu.log", run->out);
	struct vm_dmesg dmesg;
	int status;

	vm_outdir_save(run->out, "console", &session->console);
	status = vm_judge(session, qemu_log, &dmesg);
	vm_outdir_save(run->out, "dmesg", &session->log);
	vm_result_run(session, &dmesg, status);
	if (run->options->out)
		vm_result_checksums(&run->machine);
	free(qemu_log);
	return status;
}

static int keep_bar(const struct run *run)
{
	const struct vm_topology *t = &run->topology;

	for (size_t i = 0; i < t->nr_devices; i++) {
		const struct vm_device *dev = &t->devices[i];
		char *path;
		int ret;

		if (strcmp(dev->role, VM_ROLE_PROVIDER) ||
		    !dev->memory_property)
			continue;
		path = vm_machine_memory_path(&run->machine, dev);
		ret = vm_image_copy(path, run->options->keep_bar);
		free(path);
		return ret;
	}
	vm_say("--keep-bar: %s has no provider with memory", t->name);
	return -EINVAL;
}

static void clean_up(struct run *run)
{
	if (run->made_observe_file)
		unlink(run->options->observe_file);
	if (run->qemu_log >= 0)
		close(run->qemu_log);
	if (run->log_file >= 0)
		close(run->log_file);
	vm_rundir_close(&run->rundir);
	vm_topology_free(&run->topology);
	vm_kernel_close(&run->kernel);
	vm_strv_free(&run->env);
	free(run->accel.why);
	free(run->init);
	free(run->out);
}

/*
 * QEMU's multi-threaded emulation now and then crashes while the guest's
 * firmware and kernel move BARs about (seen with 7.2, in one of some hundred
 * boots). Where the command had not begun, nothing is lost by another try.
 */
static bool crashed_in_boot(const struct vm_session *s)
{
	return s->end == VM_END_DIED && !s->command_ms &&
	       WIFSIGNALED(s->qemu_status) &&
	       (WTERMSIG(s->qemu_status) == SIGSEGV ||
		WTERMSIG(s->qemu_status) == SIGABRT);
}

static int boot_and_run(struct run *run, struct vm_session *session)
{
	int ret, tries = MAX_BOOTS;

	for (;;) {
		ret = vm_session_run(run->options, &run->machine, &run->env,
				     run->qemu_log, run->log_file, session);
		if (ret || !crashed_in_boot(session) || !--tries)
			return ret;
		vm_say("QEMU itself crashed (%s) before the command began: trying again",
		       strsignal(WTERMSIG(session->qemu_status)));
		if (ftruncate(run->log_file, 0) < 0 ||
		    lseek(run->log_file, 0, SEEK_SET) < 0)
			return -errno;
		vm_session_free(session);
	}
}

int vm_run(const struct vm_options *options)
{
	struct run run = {
		.options = options,
		.rundir = { .lock = -1 },
		.qemu_log = -1,
		.log_file = -1,
	};
	struct vm_session session;
	int ret, status = VM_EXIT_HARNESS;

	ret = prepare(&run);
	if (ret)
		goto out;
	if (!options->quiet)
		vm_say("topology %s, kernel %s %s, %s: %s", run.topology.name,
		       run.kernel.version, run.kernel.flavour,
		       run.accel.kvm ? "KVM" : "software emulation",
		       run.accel.why);
	if (options->shell && !options->quiet)
		vm_say("all files but /tmp and the like are this system's, read-only; exit ends the machine, Ctrl-] kills it");
	ret = boot_and_run(&run, &session);
	if (ret)
		vm_say("QEMU did not start: %s", strerror(-ret));
	else
		status = finish(&run, &session);
	if (!ret && options->keep_bar && keep_bar(&run))
		status = status ? status : VM_EXIT_HARNESS;
	vm_session_free(&session);
out:
	clean_up(&run);
	return status;
}
