// SPDX-License-Identifier: GPL-2.0-only
/*
 * with-rxe COMMAND...: run it in the emulated machine with an RDMA device
 *
 * All that is special about that machine is here, so that the command can be
 * the one that runs on RDMA hardware: rxe on an interface of its own, and a PCI
 * device that stands for the one which does the DMA.
 * Where the kernel has no rxe, the command finds no RDMA device. The exit status
 * is the command's.
 */
#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <barrage/env.h>
#include <barrage/log.h>
#include <barrage/pci.h>
#include <barrage/rxe.h>

#include "aside.h"

#define EXIT_HARNESS 99

#define UNDO_LIMIT_S 30

extern char **environ;

static int run(char **command)
{
	int status, ret;
	pid_t pid;

	ret = posix_spawnp(&pid, *command, NULL, NULL, command, environ);
	if (ret) {
		fprintf(stderr, "with-rxe: %s: %s\n", *command, strerror(ret));
		return EXIT_HARNESS;
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return EXIT_HARNESS;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* one that benchmarks do not use themselves, where there is one */
static const char *find_parent(void)
{
	static const char *const roles[] = { "OTHER_EDU", "DUAL", "PMR",
					     "EDU" };
	const char *bdf = NULL;

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles) && !bdf; i++)
		bdf = brg_env_role(roles[i]);
	return bdf;
}

static int undo(void *parent)
{
	int ret = 0;

	if (brg_rxe_remove()) {
		fprintf(stderr, "with-rxe: %s\n", brg_last_error());
		ret = EXIT_HARNESS;
	}
	if (brg_pci_restore(parent)) {
		fprintf(stderr, "with-rxe: %s\n", brg_last_error());
		ret = EXIT_HARNESS;
	}
	return ret;
}

/* The command may have left a kernel that is broken, in which this never ends. */
static int undo_bounded(struct brg_pci_binding *parent)
{
	int ret = aside_run(undo, parent, UNDO_LIMIT_S, NULL);

	if (ret == -ETIMEDOUT)
		fprintf(stderr,
			"with-rxe: the RDMA device cannot be removed: the kernel waits for something that does not end\n");
	return ret < 0 ? EXIT_HARNESS : ret;
}

/* a kernel without rxe, or without the patch for tests, is none */
static bool is_error(int ret)
{
	return ret && ret != -EOPNOTSUPP;
}

int main(int argc, char **argv)
{
	struct brg_pci_binding parent = {};
	const char *bdf = find_parent();
	int ret, status;

	if (argc < 2) {
		fprintf(stderr, "usage: with-rxe COMMAND...\n");
		return EXIT_HARNESS;
	}
	/* a machine of ours and no other: this makes network interfaces */
	if (!getenv("BARRAGE_IN_VM")) {
		fprintf(stderr, "with-rxe: this is not the emulated machine\n");
		return EXIT_HARNESS;
	}
	ret = bdf ? brg_pci_bind(bdf, BRG_RXE_PCI_DRIVER, &parent) : 0;
	if (ret)
		brg_warn("no dma-bufs for rxe: %s", brg_last_error());
	if (!is_error(ret)) {
		ret = brg_rxe_add();
		if (ret)
			brg_warn("no RDMA device: %s", brg_last_error());
	}
	status = is_error(ret) ? EXIT_HARNESS : run(argv + 1);
	ret = undo_bounded(&parent);
	return status ? status : ret;
}
