// SPDX-License-Identifier: GPL-2.0-only
#include "bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <barrage/log.h>

#include "environment.h"
#include "history-json.h"
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

	/* the machine may be about to stop */
	if (!err && (fflush(f) || (fsync(fileno(f)) && errno != EINVAL)))
		err = errno;
	if (fclose(f) && !err)
		err = errno;
	return err ? brg_fail(-err, "%s/%s: %s", folder, name, strerror(err)) :
		     0;
}

static int write_text(const char *folder, const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *f;

	if (!text || !*text) {
		/* of an earlier failure, in the same folder */
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		return unlink(path) && errno != ENOENT ?
			       brg_fail(-errno, "%s: %s", path,
					strerror(errno)) :
			       0;
	}
	f = create(folder, name);
	if (!f)
		return -EIO;
	fputs(text, f);
	return finish(f, folder, name);
}

static json_t *races_to_json(const struct races *races)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < races->nr_given; i++) {
		uint64_t number = races->number + 1 + i - races->nr_given;
		json_t *race = program_to_json(&races->given[i]);

		json_object_set_new(race, "scenario",
				    json_string(races->of[i]->name));
		/* of a replay, those that it had not come to have none */
		if (races->number + 1 + i >= races->nr_given &&
		    (!races->gaps || i + 1 == races->nr_given))
			json_object_set_new(race, "number",
					    json_integer((json_int_t)number));
		json_array_append_new(list, race);
	}
	return list;
}

/* what decides which races are drawn, besides scenario, seed and number */
static json_t *drawn_to_json(const struct races *races)
{
	json_t *earlier = json_array();
	char text[1024];

	for (unsigned int i = 0; i < races->nr_earlier; i++)
		json_array_append_new(earlier, json_integer(races->earlier[i]));
	return json_pack("{s:I, s:s, s:i, s:o}", "has", (json_int_t)races->has,
			 "has_text", needs_text(races->has, text, sizeof(text)),
			 "cycle", (int)races->cycle, "earlier", earlier);
}

/* with its arguments between blanks, as they were given */
static json_t *command_to_json(void)
{
	FILE *f = fopen("/proc/self/cmdline", "re");
	size_t used = 0;
	char text[4096];

	if (f) {
		used = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	for (size_t i = 0; i < used; i++)
		text[i] = text[i] ? text[i] : ' ';
	if (used && text[used - 1] == ' ')
		used--;
	/* what is no text cannot be told */
	return json_stringn(text, used) ?: json_null();
}

static json_t *bundle_to_json(const struct machine *machine,
			      const struct races *races,
			      const struct outcome *outcome)
{
	json_t *json = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:b, s:o, s:o, s:o}",
		"schema", BUNDLE_SCHEMA, "scenario", races->scenario->name,
		"oracle", oracle_name(outcome->oracle), "reason", outcome->text,
		"provider", outcome->provider, "seed", (json_int_t)races->seed,
		"race", (json_int_t)races->number, "seconds", outcome->seconds,
		"ended", outcome->status != STRESS_PASS, "command",
		command_to_json(), "drawn", drawn_to_json(races), "races",
		races_to_json(races));
	json_t *made_on;

	if (!json)
		return NULL;
	made_on = outcome->made_on ? json_incref(outcome->made_on) :
				     environment_of(machine);
	json_object_update(json, made_on);
	json_decref(made_on);
	return json;
}

static int write_json(const char *folder, const char *name, json_t *json,
		      size_t flags)
{
	FILE *f = json ? create(folder, name) : NULL;

	if (!json)
		return brg_fail(-ENOMEM, "out of memory");
	if (!f) {
		json_decref(json);
		return -EIO;
	}
	json_dumpf(json, f, flags);
	fputc('\n', f);
	json_decref(json);
	return finish(f, folder, name);
}

static int write_history(const char *folder, const struct races *races,
			 const struct shared *shared)
{
	json_t *history = history_to_json(races, shared);
	FILE *f = history ? create(folder, "actors.txt") : NULL;
	int ret;

	if (!history)
		return brg_fail(-ENOMEM, "out of memory");
	if (!f) {
		json_decref(history);
		return -EIO;
	}
	history_print(f, races, history);
	ret = finish(f, folder, "actors.txt");
	return ret ? ret : write_json(folder, "history.json", history, 0);
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
		ret = write_json(folder, "bundle.json",
				 bundle_to_json(machine, races, outcome),
				 JSON_INDENT(1));
	if (!ret)
		ret = write_text(folder, "kernel.log", log);
	if (!ret)
		ret = write_text(folder, "stacks.txt", stacks);
	if (!ret)
		ret = write_text(folder, BUNDLE_STACKS_AFTER, NULL);
	if (!ret && machine)
		ret = write_history(folder, races, machine->world.shared);
	return ret;
}
