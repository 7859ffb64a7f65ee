/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * env - what a run ran on
 *
 * The kernel tells its release, its build and the CPU; the runner of the emulated
 * machine tells the rest in BARRAGE_* variables. Outside of it they are "none".
 */
#ifndef BARRAGE_ENV_H
#define BARRAGE_ENV_H

#include <stdbool.h>

#define BRG_ENV_BYTES 96

/**
 * struct brg_env - as brg_env_read() found it
 * @release: uname -r
 * @build_id: of this build of it, which its linker left in /sys/kernel/notes
 * @flavour: BARRAGE_FLAVOUR: "perf", "debug", "mutants"
 * @series_hash: BARRAGE_SERIES_HASH, of the kernel's patches
 * @test_only_hash: BARRAGE_TEST_ONLY_HASH, of those that are for tests only
 * @mutants_hash: BARRAGE_MUTANTS_HASH, of those that plant bugs
 * @config_hash: BARRAGE_CONFIG_HASH
 * @cpu_model: of /proc/cpuinfo
 * @nr_cpus: online
 * @topology: BARRAGE_TOPOLOGY
 * @accel: BARRAGE_ACCEL: "tcg", "kvm"; "none" on a real machine
 * @qemu: BARRAGE_QEMU_VERSION: "10.0.2 (Debian ...)"; "none" on a real machine
 * @git: BARRAGE_GIT, revision of these programs
 * @run: BARRAGE_RUN, name of the run
 * @in_vm: BARRAGE_IN_VM is set
 */
struct brg_env {
	char release[BRG_ENV_BYTES];
	char build_id[BRG_ENV_BYTES];
	char flavour[BRG_ENV_BYTES];
	char series_hash[BRG_ENV_BYTES];
	char test_only_hash[BRG_ENV_BYTES];
	char mutants_hash[BRG_ENV_BYTES];
	char config_hash[BRG_ENV_BYTES];
	char cpu_model[BRG_ENV_BYTES];
	unsigned int nr_cpus;
	char topology[BRG_ENV_BYTES];
	char accel[BRG_ENV_BYTES];
	char qemu[BRG_ENV_BYTES];
	char git[BRG_ENV_BYTES];
	char run[BRG_ENV_BYTES];
	bool in_vm;
};

/**
 * brg_env_read - look around
 * @env: receives it
 *
 * Where something is not known it is "none" (a kernel, a topology) or
 * "unknown" (a CPU, a revision).
 */
void brg_env_read(struct brg_env *env);

/**
 * brg_env_has_checkers - is the kernel one that is several times slower?
 * @env: what was found
 *
 * Return: true for the flavours that have KASAN, lockdep and the like.
 */
bool brg_env_has_checkers(const struct brg_env *env);

/**
 * brg_env_role - the device that plays a role in the emulated machine
 * @role: "PROVIDER", "DISK", "DISK_BDF", "PMR", "CMB", "EDU"
 *
 * Return: BARRAGE_<role>; NULL where this machine has none, with
 * brg_last_error() set.
 */
const char *brg_env_role(const char *role);

#endif
