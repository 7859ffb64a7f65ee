// SPDX-License-Identifier: GPL-2.0-only
#include "bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <barrage/env.h>
#include <barrage/log.h>

#include "engine/cpu.h"
#include "program-json.h"
#include "registry.h"

#define PATH_BYTES 4200

static FILE *create(const char *folder, const char *name)
{
	char path[PATH_BYTES];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "we");
	if (!f)
		brg_fail(-errno, "%s: %s", path, strerror(errno));
	return f;
}

static int finish(FILE *f, const char *folder, const char *name)
{
	int err = ferror(f) ? EIO : 0;

	if (fclose(f))
		err = errno;
	return err ? brg_fail(-err, "%s/%s: %s", folder, name, strerror(err)) :
		     0;
}

static int write_text(const char *folder, const char *name, const char *text)
{
	FILE *f;

	if (!text || !*text)
		return 0;
	f = create(folder, name);
	if (!f)
		return -EIO;
	fputs(text, f);
	return finish(f, folder, name);
}

static void print_call(FILE *f, const struct call *call)
{
	fprintf(f, "%s(", call->op->name);
	for (int i = 0; i < ENGINE_NR_ARGS && call->op->args[i].name; i++)
		fprintf(f, "%s%s %lld", i ? ", " : "", call->op->args[i].name,
			(long long)call->arg[i]);
	fputc(')', f);
	if (call->delay_us)
		fprintf(f, " after %u us", call->delay_us);
	if (call->fail_nth)
		fprintf(f, ", allocation %u fails", call->fail_nth);
}

/* what it did, and in its last turn when, counted from the first */
static void print_actor(FILE *f, const struct actor_program *actor,
			const struct actor_log *log, uint64_t first_ns)
{
	int cpu = cpu_of(actor->cpu);
	char text[32];

	fprintf(f, "%s%s", actor->name, actor->process ? " (process)" : "");
	if (cpu >= 0)
		fprintf(f, " on CPU %d", cpu);
	fprintf(f, ", %u turns, %u operations done%s\n", actor->turns,
		atomic_load(&log->nr_done),
		atomic_load(&log->ended) ? "" : ", not at its end");
	for (unsigned int i = 0; i < actor->nr_calls; i++) {
		uint64_t begin_ns = log->last[i].begin_ns;

		fprintf(f, "    ");
		print_call(f, &actor->calls[i]);
		if (atomic_load(&log->at) == i + 1)
			fprintf(f, ": under way since %.3f ms",
				(double)(begin_ns - first_ns) / 1e6);
		else if (begin_ns)
			fprintf(f, ": %s, %.3f to %.3f ms",
				engine_result_text(log->last[i].result, text),
				(double)(begin_ns - first_ns) / 1e6,
				(double)(log->last[i].end_ns - first_ns) / 1e6);
		fputc('\n', f);
	}
}

static int write_actors(const char *folder, const struct program *program,
			const struct shared *shared)
{
	uint64_t first_ns = shared->log[LOG_BEFORE].last[0].begin_ns;
	FILE *f = create(folder, "actors.txt");

	if (!f)
		return -EIO;
	for (unsigned int i = 0; i < program->nr_points; i++)
		fprintf(f, "slow: %s\n", program->points[i].text);
	print_actor(f, &program->before, &shared->log[LOG_BEFORE], first_ns);
	for (unsigned int i = 0; i < program->nr_actors; i++)
		print_actor(f, &program->actors[i], &shared->log[i], first_ns);
	print_actor(f, &program->after, &shared->log[LOG_AFTER], first_ns);
	return finish(f, folder, "actors.txt");
}

static json_t *races_to_json(const struct races *races)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < races->nr_given; i++) {
		json_t *race = program_to_json(&races->given[i]);

		json_object_set_new(race, "scenario",
				    json_string(races->of[i]->name));
		json_array_append_new(list, race);
	}
	return list;
}

static int write_json(const char *folder, const struct races *races,
		      const struct outcome *outcome)
{
	struct brg_env env;
	json_t *json;
	FILE *f;

	brg_env_read(&env);
	json = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}",
		"schema", "barrage-bundle-1", "scenario", races->scenario->name,
		"oracle", oracle_name(outcome->oracle), "reason", outcome->text,
		"provider", outcome->provider, "seed", (json_int_t)races->seed,
		"race", (json_int_t)outcome->round, "seconds", outcome->seconds,
		"kernel", env.release, "flavour", env.flavour, "series_hash",
		env.series_hash, "config_hash", env.config_hash, "topology",
		env.topology, "qemu", env.qemu, "git", env.git, "races",
		races_to_json(races));
	if (!json)
		return brg_fail(-ENOMEM, "out of memory");
	f = create(folder, "bundle.json");
	if (!f) {
		json_decref(json);
		return -EIO;
	}
	json_dumpf(json, f, JSON_INDENT(1));
	fputc('\n', f);
	json_decref(json);
	return finish(f, folder, "bundle.json");
}

static int make_folder(const char *folder)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s", folder);
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	if (mkdir(path, 0777) && errno != EEXIST)
		return brg_fail(-errno, "%s: %s", path, strerror(errno));
	return 0;
}

int bundle_write(const char *folder, const struct machine *machine,
		 const struct races *races, const struct outcome *outcome,
		 const char *log, const char *stacks)
{
	int ret = make_folder(folder);

	if (!ret)
		ret = write_json(folder, races, outcome);
	if (!ret)
		ret = write_text(folder, "kernel.log", log);
	if (!ret)
		ret = write_text(folder, "stacks.txt", stacks);
	if (!ret && machine)
		ret = write_actors(folder, &races->given[races->nr_given - 1],
				   machine->world.shared);
	return ret;
}

void bundle_leave(const struct stress_options *options,
		  const struct machine *machine, const struct races *races,
		  const struct outcome *outcome, const char *log,
		  const char *stacks)
{
	char folder[PATH_BYTES];

	if (!options->bundles)
		return;
	snprintf(folder, sizeof(folder), "%s/%s", options->bundles,
		 races->scenario->name);
	if (bundle_write(folder, machine, races, outcome, log, stacks))
		brg_error("%s", brg_last_error());
	else
		fprintf(stderr, "barrage-stress: bundle: %s\n", folder);
}

static enum oracle oracle_of(const char *name)
{
	enum oracle oracle = ORACLE_DIED;

	while (oracle && (!name || strcmp(oracle_name(oracle), name)))
		oracle--;
	return oracle;
}

/* with what it was drawn from, which may have something to say in the end */
static int race_from_json(const json_t *json, struct races *races)
{
	unsigned int at = races->nr_given++;
	const char *name = json_string_value(json_object_get(json, "scenario"));

	races->of[at] = name ? registry_scenario(name) : races->scenario;
	if (!races->of[at])
		return brg_fail(-ENOENT, "there is no scenario %s", name);
	return program_from_json(json, &races->given[at]);
}

static int races_from_json(const json_t *json, struct races *races)
{
	const json_t *list = json_object_get(json, "races");
	const char *name = json_string_value(json_object_get(json, "scenario"));
	int ret = 0;

	*races = (struct races){
		.scenario = name ? registry_scenario(name) : NULL,
		.seed = (uint64_t)json_integer_value(
			json_object_get(json, "seed")),
	};
	if (!races->scenario)
		return brg_fail(-ENOENT, "there is no scenario %s",
				name ?: "named");
	if (!json_array_size(list) || json_array_size(list) > RACES_KEPT)
		return brg_fail(-EINVAL, "it has no races, or too many");
	for (size_t i = 0; !ret && i < json_array_size(list); i++)
		ret = race_from_json(json_array_get(list, i), races);
	return ret;
}

static void copy_text(const json_t *json, const char *key, char *text,
		      size_t size)
{
	snprintf(text, size, "%s",
		 json_string_value(json_object_get(json, key)) ?: "");
}

/* The names in it stay in use: it is not freed. */
int bundle_read(const char *folder, struct races *races,
		struct outcome *outcome)
{
	char path[PATH_BYTES], why[300];
	json_error_t error;
	json_t *json;
	int ret;

	snprintf(path, sizeof(path), "%s/bundle.json", folder);
	json = json_load_file(path, 0, &error);
	if (!json)
		return brg_fail(-EINVAL, "%s: %s", path, error.text);
	ret = races_from_json(json, races);
	if (ret) {
		snprintf(why, sizeof(why), "%s", brg_last_error());
		return brg_fail(ret, "%s: %s", path, why);
	}
	if (outcome) {
		*outcome = (struct outcome){ .status = STRESS_FAIL };
		outcome->oracle = oracle_of(
			json_string_value(json_object_get(json, "oracle")));
		outcome->seconds =
			json_real_value(json_object_get(json, "seconds"));
		copy_text(json, "reason", outcome->text, sizeof(outcome->text));
		copy_text(json, "provider", outcome->provider,
			  sizeof(outcome->provider));
	}
	return 0;
}
