// SPDX-License-Identifier: GPL-2.0-only
#include "environment.h"

#include <stdio.h>
#include <string.h>

#include <barrage/env.h>

#include "build-id.h"
#include "devices-json.h"
#include "planted.h"

static const char *const parts[] = {
	"environment", "planted_bug", "devices", "disks", "suite",
};

#define NR_PARTS (sizeof(parts) / sizeof(*parts))

json_t *environment_json(void)
{
	struct brg_env env;

	brg_env_read(&env);
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
		"kernel", env.release, "kernel_build_id", env.build_id,
		"flavour", env.flavour, "series_hash", env.series_hash,
		"test_only_hash", env.test_only_hash, "mutants_hash",
		env.mutants_hash, "config_hash", env.config_hash, "topology",
		env.topology, "accel", env.accel, "qemu", env.qemu, "git",
		env.git);
}

json_t *environment_planted_bug(void)
{
	struct planted planted;

	planted_read(&planted);
	return json_pack("{s:s, s:I}", "name", planted.name, "reached",
			 (json_int_t)planted.reached);
}

static json_t *suite_json(void)
{
	char text[BUILD_ID_BYTES];

	build_id(text);
	return json_pack("{s:s}", "build_id", text);
}

json_t *environment_of(const struct machine *machine)
{
	json_t *json = json_pack("{s:o, s:o, s:o}", "environment",
				 environment_json(), "planted_bug",
				 environment_planted_bug(), "suite",
				 suite_json());

	if (json && machine) {
		json_object_set_new(json, "devices", devices_to_json(machine));
		json_object_set_new(json, "disks", disks_to_json(machine));
	}
	return json;
}

/* The first bundles had the kernel and the rest among their own members. */
static json_t *flat_part(const json_t *bundle)
{
	json_t *here = environment_json(), *json = json_object(), *value;
	const char *key;

	json_object_foreach(here, key, value)
		json_object_set(json, key, json_object_get(bundle, key));
	json_decref(here);
	return json;
}

json_t *environment_part(const json_t *bundle)
{
	json_t *json = json_object();

	for (size_t i = 0; i < NR_PARTS; i++)
		json_object_set(json, parts[i],
				json_object_get(bundle, parts[i]));
	if (!json_object_get(json, "environment"))
		json_object_set_new(json, "environment", flat_part(bundle));
	return json;
}

struct text {
	char *text;
	size_t size;
	size_t used;
};

static void tell(struct text *text, const char *what, const char *was,
		 const char *is)
{
	int len;

	if (!was || !is || !strcmp(was, is) || text->used >= text->size)
		return;
	len = snprintf(text->text + text->used, text->size - text->used,
		       "%s%s %s, here %s", text->used ? "; " : "", what,
		       *was ? was : "none", *is ? is : "none");
	text->used += (size_t)len;
}

static const char *string_of(const json_t *json, const char *part,
			     const char *key)
{
	return json_string_value(
		json_object_get(json_object_get(json, part), key));
}

/* by what they are: addresses and drivers may well differ */
static void tell_devices(struct text *text, const json_t *was, const json_t *is)
{
	const json_t *device;
	size_t i;

	json_array_foreach(json_object_get(was, "devices"), i, device) {
		const json_t *other =
			json_array_get(json_object_get(is, "devices"), i);
		const char *role =
			json_string_value(json_object_get(device, "role"));

		tell(text, role ?: "device",
		     json_string_value(json_object_get(device, "id")),
		     json_string_value(json_object_get(other, "id")));
	}
}

bool environment_differs(const json_t *was, const json_t *is, char *text,
			 size_t size)
{
	static const struct {
		const char *part;
		const char *key;
		const char *what;
	} compared[] = {
		{ "environment", "kernel", "kernel" },
		{ "environment", "kernel_build_id", "build of the kernel" },
		{ "environment", "flavour", "flavour" },
		{ "environment", "series_hash", "series" },
		{ "environment", "test_only_hash", "patches for tests" },
		{ "environment", "mutants_hash", "planted bugs" },
		{ "environment", "config_hash", "configuration" },
		{ "planted_bug", "name", "planted bug" },
		{ "environment", "topology", "topology" },
		{ "environment", "accel", "acceleration" },
		{ "environment", "qemu", "QEMU" },
		{ "environment", "git", "suite" },
		{ "suite", "build_id", "build of the suite" },
	};
	struct text told = { .text = text, .size = size };

	for (size_t i = 0; i < sizeof(compared) / sizeof(*compared); i++)
		tell(&told, compared[i].what,
		     string_of(was, compared[i].part, compared[i].key),
		     string_of(is, compared[i].part, compared[i].key));
	tell_devices(&told, was, is);
	return told.used;
}
