// SPDX-License-Identifier: GPL-2.0-only
#include "accel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache.h"
#include "machine.h"
#include "process.h"

#define KVM "/dev/kvm"

/* To the kernel's first words, and to its last ones. */
#define FIRST_WORDS_MS 3000
#define WHOLE_BOOT_MS 20000

/* QEMU's own warnings come by the same way and are no sign of life. */
#define FIRST_WORDS "Linux version"

/* Without a root the kernel gets as far as this, and most of it has run. */
#define LAST_WORDS "Kernel panic - not syncing: VFS"

static void probe_argv(const struct vm_kernel *kernel, const char *cpu,
		       struct vm_strv *argv)
{
	static const char *const options[] = {
		"-no-user-config",
		"-nodefaults",
		"-no-reboot",
		"-display",
		"none",
		"-serial",
		"stdio",
		"-m",
		"512",
		"-machine",
		"q35,kernel-irqchip=split,sata=off,smbus=off",
		"-accel",
		"kvm",
		"-smp",
		"2",
		"-append",
		"console=ttyS0 panic=-1",
	};

	vm_strv_add(argv, "%s", vm_qemu_program());
	for (size_t i = 0; i < VM_ARRAY_SIZE(options); i++)
		vm_strv_add(argv, "%s", options[i]);
	vm_strv_add(argv, "-cpu");
	vm_strv_add(argv, "%s", cpu);
	vm_strv_add(argv, "-kernel");
	vm_strv_add(argv, "%s", kernel->image);
}

/* Read what the machine says until it booted, ended, or took too long. */
static bool watch(int fd, struct vm_buf *said)
{
	int64_t start = vm_now_ms();

	vm_buf_add(said, "", 0);
	for (;;) {
		bool alive = strstr(said->data, FIRST_WORDS);
		int64_t left = start - vm_now_ms() +
			       (alive ? WHOLE_BOOT_MS : FIRST_WORDS_MS);
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		char chunk[4096];
		ssize_t n;

		if (left <= 0 || poll(&pfd, 1, left) <= 0)
			return false;
		n = read(fd, chunk, sizeof(chunk));
		if (n <= 0)
			return false;
		vm_buf_add(said, chunk, n);
		if (strstr(said->data, LAST_WORDS))
			return true;
	}
}

static bool probe(const struct vm_kernel *kernel,
		  const struct vm_topology *topology)
{
	struct vm_strv argv = { 0 };
	struct vm_buf said = { 0 };
	bool works = false;
	int pipes[2];
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return false;
	probe_argv(kernel, topology->cpu, &argv);
	pid = vm_process_start(&argv, NULL, 0, pipes[1]);
	close(pipes[1]);
	if (pid > 0) {
		works = watch(pipes[0], &said);
		vm_process_stop(pid);
	}
	close(pipes[0]);
	vm_buf_free(&said);
	vm_strv_free(&argv);
	return works;
}

static void make_folders(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
}

/* One file for each boot of the host, kernel and processor model; or NULL. */
static char *verdict_path(const struct vm_kernel *kernel,
			  const struct vm_topology *topology)
{
	struct vm_buf boot = { 0 };
	char *dir = vm_cache_dir(), *path = NULL;
	struct stat st;

	if (dir && !stat(kernel->image, &st) &&
	    !vm_read_file("/proc/sys/kernel/random/boot_id", 64, &boot)) {
		boot.data[strcspn(boot.data, "\n")] = '\0';
		path = vm_strf("%s/accel/%s-%llx-%llx-%llx-%.64s", dir,
			       boot.data, (unsigned long long)st.st_ino,
			       (unsigned long long)st.st_size,
			       (unsigned long long)st.st_mtime, topology->cpu);
	}
	vm_buf_free(&boot);
	free(dir);
	return path;
}

static bool read_verdict(const char *path, bool *works)
{
	struct vm_buf buf = { 0 };
	bool known = path && !vm_read_file(path, 64, &buf);

	if (known)
		*works = !strncmp(buf.data, "kvm", 3);
	vm_buf_free(&buf);
	return known;
}

/* A cache: where it cannot be written, the next run probes again. */
static void write_verdict(char *path, bool works)
{
	const char *word = works ? "kvm\n" : "tcg\n";
	int fd;

	if (!path)
		return;
	make_folders(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return;
	if (write(fd, word, strlen(word)) < 0)
		unlink(path);
	close(fd);
}

static bool probe_once(const struct vm_kernel *kernel,
		       const struct vm_topology *topology)
{
	char *path = verdict_path(kernel, topology);
	bool works;

	if (!read_verdict(path, &works)) {
		works = probe(kernel, topology);
		write_verdict(path, works);
	}
	free(path);
	return works;
}

int vm_accel_choose(const struct vm_kernel *kernel,
		    const struct vm_topology *topology, bool icount,
		    struct vm_accel *accel)
{
	const char *forced = getenv("BARRAGE_ACCEL");

	*accel = (struct vm_accel){ 0 };
	if (forced && *forced) {
		if (strcmp(forced, "kvm") && strcmp(forced, "tcg")) {
			vm_say("BARRAGE_ACCEL '%s' is not one of: kvm, tcg",
			       forced);
			return -EINVAL;
		}
		accel->kvm = !icount && !strcmp(forced, "kvm");
		accel->why = vm_strf("%s", icount ? "counting instructions" :
						    "BARRAGE_ACCEL says so");
	} else if (icount) {
		accel->why = vm_strf("counting instructions");
	} else if (access(KVM, F_OK)) {
		accel->why = vm_strf("there is no " KVM);
	} else if (access(KVM, R_OK | W_OK)) {
		accel->why =
			vm_strf("no right to use " KVM ": join the group kvm");
	} else if (probe_once(kernel, topology)) {
		accel->kvm = true;
		accel->why = vm_strf("a probe booted with it");
	} else {
		accel->why = vm_strf(
			KVM " is there, but a probe did not boot with it");
	}
	return 0;
}
