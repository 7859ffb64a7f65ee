// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "env"
#include <barrage/env.h>
#include <barrage/log.h>
#include <barrage/note.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void take(char out[BRG_ENV_BYTES], const char *name,
		 const char *otherwise)
{
	const char *value = getenv(name);

	snprintf(out, BRG_ENV_BYTES, "%s", value && *value ? value : otherwise);
}

static void read_cpu_model(char out[BRG_ENV_BYTES])
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256];
	char *value;

	snprintf(out, BRG_ENV_BYTES, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "model name", 10))
			continue;
		value = strchr(line, ':');
		if (!value)
			continue;
		value += 1 + strspn(value + 1, " \t");
		value[strcspn(value, "\n")] = '\0';
		snprintf(out, BRG_ENV_BYTES, "%.*s", BRG_ENV_BYTES - 1, value);
		break;
	}
	if (file)
		fclose(file);
}

/* what no variable can tell wrongly */
static void read_build_id(char out[BRG_ENV_BYTES])
{
	char path[BRG_SYSFS_PATH_BYTES], notes[16384];
	size_t size = 0;
	FILE *file = NULL;

	snprintf(out, BRG_ENV_BYTES, "none");
	if (!brg_sysfs_path(path, sizeof(path), "kernel/notes"))
		file = fopen(path, "re");
	if (!file)
		return;
	size = fread(notes, 1, sizeof(notes), file);
	fclose(file);
	brg_note_build_id(notes, size, out, BRG_ENV_BYTES);
}

void brg_env_read(struct brg_env *env)
{
	struct utsname name;
	long nr_cpus;

	memset(env, 0, sizeof(*env));
	snprintf(env->release, sizeof(env->release), "%s",
		 uname(&name) ? "unknown" : name.release);
	read_build_id(env->build_id);
	take(env->flavour, "BARRAGE_FLAVOUR", "none");
	take(env->series_hash, "BARRAGE_SERIES_HASH", "none");
	take(env->test_only_hash, "BARRAGE_TEST_ONLY_HASH", "none");
	take(env->mutants_hash, "BARRAGE_MUTANTS_HASH", "none");
	take(env->config_hash, "BARRAGE_CONFIG_HASH", "none");
	take(env->topology, "BARRAGE_TOPOLOGY", "none");
	take(env->accel, "BARRAGE_ACCEL", "none");
	take(env->qemu, "BARRAGE_QEMU_VERSION", "none");
	take(env->git, "BARRAGE_GIT", "unknown");
	take(env->run, "BARRAGE_RUN", "none");
	env->in_vm = getenv("BARRAGE_IN_VM");
	read_cpu_model(env->cpu_model);
	nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	env->nr_cpus = nr_cpus > 0 ? (unsigned int)nr_cpus : 1;
}

bool brg_env_has_checkers(const struct brg_env *env)
{
	return !strcmp(env->flavour, "debug") ||
	       !strcmp(env->flavour, "mutants");
}

const char *brg_env_role(const char *role)
{
	char name[64];
	const char *value;

	snprintf(name, sizeof(name), "BARRAGE_%s", role);
	value = getenv(name);
	if (value && *value)
		return value;
	brg_fail(-ENODEV, "%s is not set: this machine has no such device",
		 name);
	return NULL;
}
