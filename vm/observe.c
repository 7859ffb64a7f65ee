// SPDX-License-Identifier: GPL-2.0-only
#include "observe.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "observe-actions.h"
#include "options.h"
#include "text.h"

static const char usage[] =
	"barrage-vm observe FILE|DIR ACTION [OPTION...]\n"
	"	FILE: the memory behind a BAR; DIR: the --out of a run, whose\n"
	"	observer.json knows where that is\n"
	"Actions:\n"
	"  sum      SHA-256 of the range\n"
	"  blocks   SHA-256 of each 4 KiB block that is not all zero\n"
	"  dump     the range in hexadecimal\n"
	"  compare  with --with FILE: exit 1 at the first byte that differs\n"
	"  wait     until --pattern stands at --offset; exit 124 if it never does\n"
	"  watch    for --timeout, name each 4 KiB block once when it changes\n"
	"Options:\n"
	"  --offset N, --length N   the range; default: all from --offset\n"
	"  --role ROLE              with DIR; default: provider\n"
	"  --pattern HEX            such as 0badcafe\n"
	"  --timeout SEC            default: 10\n"
	"  --with FILE              from its start\n";

static int parse_pattern(const char *hex, struct vm_observe *o)
{
	size_t len = strlen(hex);

	if (!len || len % 2 || len / 2 > VM_MAX_PATTERN ||
	    hex[strspn(hex, "0123456789abcdefABCDEF")]) {
		vm_say("--pattern '%s': pairs of hexadecimal digits, at most %d",
		       hex, VM_MAX_PATTERN);
		return -EINVAL;
	}
	for (size_t i = 0; i < len / 2; i++) {
		char pair[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		o->pattern[i] = strtoul(pair, NULL, 16);
	}
	o->pattern_len = len / 2;
	return 0;
}

static int parse_bytes(const char *what, const char *text,
		       unsigned long long *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-') {
		vm_say("%s '%s': not a number of bytes", what, text);
		return -EINVAL;
	}
	return 0;
}

static int parse_options(int argc, char **argv, struct vm_observe *o)
{
	static const struct option options[] = {
		{ "offset", required_argument, NULL, 'o' },
		{ "length", required_argument, NULL, 'l' },
		{ "role", required_argument, NULL, 'r' },
		{ "pattern", required_argument, NULL, 'p' },
		{ "timeout", required_argument, NULL, 't' },
		{ "with", required_argument, NULL, 'w' },
		{},
	};
	int option, ret = 0;

	optind = 1;
	while (!ret &&
	       (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			ret = parse_bytes("--offset", optarg, &o->offset);
			break;
		case 'l':
			ret = parse_bytes("--length", optarg, &o->length);
			o->has_length = true;
			break;
		case 'r':
			o->role = optarg;
			break;
		case 'p':
			ret = parse_pattern(optarg, o);
			break;
		case 't':
			ret = vm_parse_int("--timeout", optarg, 0, 86400,
					   &o->timeout_s);
			break;
		case 'w':
			o->with = optarg;
			break;
		default:
			ret = -EINVAL;
		}
	}
	return ret;
}

/* The path itself, or what the observer.json of a run's folder names. */
static char *find_image(const char *path, const char *role)
{
	json_t *object, *member;
	char *file, *image = NULL;
	struct stat st;
	json_error_t error;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return vm_strf("%s", path);
	file = vm_strf("%s/observer.json", path);
	object = json_load_file(file, 0, &error);
	member = json_object_get(json_object_get(object, role), "path");
	if (!object)
		vm_say("%s: %s", file, error.text);
	else if (!member)
		vm_say("%s: no memory of a role '%s'", file, role);
	else
		image = vm_strf("%s", json_string_value(member));
	json_decref(object);
	free(file);
	return image;
}

static int open_image(const char *path, struct vm_observe *o)
{
	char *file = find_image(path, o->role);
	int ret;

	if (!file)
		return -ENOENT;
	ret = vm_image_open(file, &o->image);
	free(file);
	if (ret)
		return ret;
	if (!o->has_length && o->offset <= o->image.size)
		o->length = o->image.size - o->offset;
	if (o->offset > o->image.size ||
	    o->length > o->image.size - o->offset) {
		vm_say("%s has %zu bytes: no %llu at %llu", path, o->image.size,
		       o->length, o->offset);
		return -EINVAL;
	}
	return 0;
}

static int unknown_action(const char *name)
{
	struct vm_strv names = { 0 };
	char *joined;

	for (const struct vm_action *a = vm_actions; a->name; a++)
		vm_strv_add(&names, "%s", a->name);
	joined = vm_strv_join(&names, ", ");
	vm_say("observe: no action '%s': choose one of: %s", name, joined);
	free(joined);
	vm_strv_free(&names);
	return VM_EXIT_HARNESS;
}

int vm_observe(int argc, char **argv)
{
	struct vm_observe o = {
		.role = "provider",
		.timeout_s = 10,
		.image.fd = -1,
	};
	int status = VM_EXIT_HARNESS;

	if (argc == 2 && !strcmp(argv[1], "help")) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc < 3) {
		vm_say("observe: FILE and ACTION are missing; see 'barrage-vm observe help'");
		return VM_EXIT_HARNESS;
	}
	for (const struct vm_action *a = vm_actions; a->name; a++) {
		if (strcmp(a->name, argv[2]))
			continue;
		if (!parse_options(argc - 2, argv + 2, &o) &&
		    !open_image(argv[1], &o))
			status = a->run(&o);
		vm_image_close(&o.image);
		return status;
	}
	return unknown_action(argv[2]);
}
