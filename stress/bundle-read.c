// SPDX-License-Identifier: GPL-2.0-only
/* Bundles that were written before, here or elsewhere */
#include "bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "environment.h"
#include "program-json.h"
#include "registry.h"

#define PATH_BYTES 4200

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

/* One that was begun and cut off has no races, but what they were drawn from. */
static int drawn_from_json(const json_t *drawn, struct races *races)
{
	const json_t *earlier = json_object_get(drawn, "earlier"), *has;
	size_t i;

	if (!drawn || json_array_size(earlier) > STRESS_MAX_PROVIDERS)
		return brg_fail(-EINVAL, "it has no races, nor says which");
	races->has =
		(unsigned int)json_integer_value(json_object_get(drawn, "has"));
	races->cycle = (unsigned int)json_integer_value(
		json_object_get(drawn, "cycle"));
	json_array_foreach(earlier, i, has) {
		races->earlier[races->nr_earlier++] =
			(unsigned int)json_integer_value(has);
	}
	return 0;
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
		.number = (uint64_t)json_integer_value(
			json_object_get(json, "race")),
	};
	if (!races->scenario)
		return brg_fail(-ENOENT, "there is no scenario %s",
				name ?: "named");
	if (json_array_size(list) > RACES_KEPT)
		return brg_fail(-EINVAL, "it has too many races");
	if (!json_array_size(list))
		return drawn_from_json(json_object_get(json, "drawn"), races);
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

/* of what is read, the names stay in use */
static json_t *keep(json_t *json)
{
	static json_t *kept;

	if (!kept)
		kept = json_array();
	json_array_append_new(kept, json);
	return json;
}

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
	ret = races_from_json(keep(json), races);
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
		outcome->made_on = keep(environment_part(json));
	}
	return 0;
}

int bundle_choose(const struct stress_options *options, struct races *races)
{
	struct races *drawn;

	if (!options->chosen)
		return 0;
	if (races->nr_given)
		return brg_fail(
			-EINVAL,
			"--race is for a bundle of what was cut off: this one has its races");
	drawn = malloc(sizeof(*drawn));
	if (!drawn)
		return brg_fail(-ENOMEM, "out of memory");
	*drawn = *races;
	races_keep(drawn, options->race, races);
	free(drawn);
	return 0;
}

int bundle_read_race(const struct stress_options *options, const char *folder,
		     struct races *races, struct outcome *outcome)
{
	int ret = bundle_read(folder, races, outcome);

	if (!ret)
		ret = bundle_choose(options, races);
	if (!ret && !races->nr_given)
		return brg_fail(-EINVAL,
				"%s was cut off: --race says which it is about",
				folder);
	return ret;
}

void bundle_compare(const struct outcome *was, const struct machine *machine)
{
	json_t *here = environment_of(machine);
	char text[500];

	if (environment_differs(was->made_on, here, text, sizeof(text)))
		brg_warn("the bundle was made elsewhere: %s", text);
	json_decref(here);
}
