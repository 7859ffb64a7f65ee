// SPDX-License-Identifier: GPL-2.0-only
#include "qemu.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"
#include "process.h"
#include "text.h"

/* Debian 12's; older ones do not take devices as JSON or lack their options. */
#define MIN_MAJOR 7
#define MIN_MINOR 2

#define X2APIC_MAJOR 10

#define VERSION_MS 5000
#define WORD "version "

#define INSTALL                                                                \
	"install Debian's qemu-system-x86 (apt-get install qemu-system-x86), or name another with BARRAGE_QEMU"

/* What it says of itself, the first 255 bytes. */
static void ask_version(char text[256])
{
	struct vm_strv argv = { 0 };
	struct pollfd pfd;
	int pipes[2];
	pid_t pid;

	memset(text, 0, 256);
	if (pipe2(pipes, O_CLOEXEC))
		return;
	vm_strv_add(&argv, "%s", vm_qemu_program());
	vm_strv_add(&argv, "--version");
	pid = vm_process_start(&argv, NULL, 0, pipes[1]);
	close(pipes[1]);
	pfd = (struct pollfd){ .fd = pipes[0], .events = POLLIN };
	if (pid > 0) {
		if (poll(&pfd, 1, VERSION_MS) <= 0 ||
		    read(pipes[0], text, 255) < 0)
			text[0] = '\0';
		vm_process_stop(pid);
	}
	close(pipes[0]);
	vm_strv_free(&argv);
}

const char *vm_qemu_version(void)
{
	static char text[256];
	static const char *version;
	char *at, *end;

	if (version)
		return version;
	ask_version(text);
	/* the first line, as far as it is text */
	for (end = text; *end >= ' ' && *end <= '~'; end++)
		;
	*end = '\0';
	at = strstr(text, WORD);
	version = at && at[strlen(WORD)] ? at + strlen(WORD) : "unknown";
	return version;
}

static bool get_version(int *major, int *minor)
{
	return sscanf(vm_qemu_version(), "%d.%d", major, minor) == 2;
}

bool vm_qemu_has_x2apic(void)
{
	int major, minor;

	return get_version(&major, &minor) && major >= X2APIC_MAJOR;
}

static bool lacks_shares(const char *said)
{
	return strstr(said, "There is no option group 'fsdev'") ||
	       strstr(said, "fsdev support is disabled") ||
	       strstr(said, "'virtio-9p-pci' is not a valid device model name");
}

/* The command line, which is ours, and what a processor model cannot do. */
static bool is_noise(const char *line)
{
	return !*line || *line == '#' ||
	       strstr(line, "support requested feature");
}

/* Says it line by line; @said is taken to pieces. */
static void say_lines(char *said)
{
	char *line;

	while ((line = strsep(&said, "\n"))) {
		if (!is_noise(line))
			vm_say("QEMU: %s", line);
	}
}

void vm_qemu_explain(int status, const char *log)
{
	struct vm_buf buf = { 0 };
	int major, minor;

	if (vm_read_file(log, 1 << 20, &buf))
		vm_buf_printf(&buf, "cannot read %s\n", log);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		vm_say("%s cannot be run: " INSTALL, vm_qemu_program());
	else if (get_version(&major, &minor) &&
		 (major < MIN_MAJOR ||
		  (major == MIN_MAJOR && minor < MIN_MINOR)))
		vm_say("%s is version %d.%d, %d.%d or newer is needed: " INSTALL,
		       vm_qemu_program(), major, minor, MIN_MAJOR, MIN_MINOR);
	else if (lacks_shares(buf.data))
		vm_say("%s was built without 9p shares (virtfs): " INSTALL,
		       vm_qemu_program());
	else if (WIFSIGNALED(status))
		vm_say("QEMU was killed by signal %d", WTERMSIG(status));
	else
		vm_say("QEMU ended with status %d", WEXITSTATUS(status));
	say_lines(buf.data);
	vm_buf_free(&buf);
}
