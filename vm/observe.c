// SPDX-License-Identifier: GPL-2.0-only
#include "observe.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "image.h"
#include "options.h"
#include "sha256.h"
#include "text.h"

#define MAX_PATTERN 4096
#define DUMP_WIDTH 16
#define POLL_MS 5

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

struct observe {
	const char *role;
	const char *with;
	uint8_t pattern[MAX_PATTERN];
	size_t pattern_len;
	unsigned long long offset;
	unsigned long long length;
	bool has_length;
	int timeout_s;
	struct vm_image image;
};

static void nap(void)
{
	const struct timespec ts = { .tv_nsec = POLL_MS * 1000000L };

	nanosleep(&ts, NULL);
}

static int do_sum(struct observe *o)
{
	char hex[VM_SHA256_HEX];

	vm_sha256(o->image.data + o->offset, o->length, hex);
	printf("%s\n", hex);
	return 0;
}

static int do_blocks(struct observe *o)
{
	vm_image_print_blocks(&o->image, o->offset, o->length, stdout);
	return 0;
}

static int do_dump(struct observe *o)
{
	for (size_t at = 0; at < o->length; at += DUMP_WIDTH) {
		const uint8_t *row = o->image.data + o->offset + at;
		size_t len = o->length - at;

		if (len > DUMP_WIDTH)
			len = DUMP_WIDTH;
		printf("%08llx ", o->offset + at);
		for (size_t i = 0; i < len; i++)
			printf(" %02x", row[i]);
		putchar('\n');
	}
	return 0;
}

static int do_compare(struct observe *o)
{
	const uint8_t *mine = o->image.data + o->offset;
	struct vm_image with;
	int ret = 0;

	if (!o->with) {
		vm_say("observe compare: --with FILE is missing");
		return VM_EXIT_HARNESS;
	}
	if (vm_image_open(o->with, &with))
		return VM_EXIT_HARNESS;
	if (!o->has_length && with.size < o->length)
		o->length = with.size;
	if (with.size < o->length) {
		vm_say("%s: %zu bytes are less than --length %llu", o->with,
		       with.size, o->length);
		ret = VM_EXIT_HARNESS;
	}
	for (size_t i = 0; !ret && i < o->length; i++) {
		if (mine[i] == with.data[i])
			continue;
		printf("differs at %#llx: %02x, in %s: %02x\n", o->offset + i,
		       mine[i], o->with, with.data[i]);
		ret = VM_EXIT_FAIL;
	}
	vm_image_close(&with);
	return ret;
}

static int do_wait(struct observe *o)
{
	int64_t deadline = vm_now_ms() + o->timeout_s * 1000LL;

	if (!o->pattern_len || o->pattern_len > o->length) {
		vm_say("observe wait: --pattern HEX is missing or longer than the range");
		return VM_EXIT_HARNESS;
	}
	while (memcmp(o->image.data + o->offset, o->pattern, o->pattern_len)) {
		if (vm_now_ms() > deadline) {
			vm_say("the pattern did not come to %#llx within %d s",
			       o->offset, o->timeout_s);
			return VM_EXIT_TIMEOUT;
		}
		nap();
	}
	return 0;
}

static int do_watch(struct observe *o)
{
	int64_t start = vm_now_ms(), now = start;
	const uint8_t *live = o->image.data + o->offset;
	uint8_t *before = vm_alloc(o->length);

	memcpy(before, live, o->length);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; now < start + o->timeout_s * 1000LL; now = vm_now_ms()) {
		for (size_t at = 0; at < o->length; at += VM_IMAGE_BLOCK) {
			size_t len = o->length - at;

			if (len > VM_IMAGE_BLOCK)
				len = VM_IMAGE_BLOCK;
			if (!memcmp(before + at, live + at, len))
				continue;
			printf("%#llx changed after %lld ms\n", o->offset + at,
			       (long long)(vm_now_ms() - start));
			memcpy(before + at, live + at, len);
		}
		nap();
	}
	free(before);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct observe *observe);
} actions[] = {
	{ "sum", do_sum },	   { "blocks", do_blocks }, { "dump", do_dump },
	{ "compare", do_compare }, { "wait", do_wait },	    { "watch", do_watch },
};

static int parse_pattern(const char *hex, struct observe *o)
{
	size_t len = strlen(hex);

	if (!len || len % 2 || len / 2 > MAX_PATTERN ||
	    hex[strspn(hex, "0123456789abcdefABCDEF")]) {
		vm_say("--pattern '%s': pairs of hexadecimal digits, at most %d",
		       hex, MAX_PATTERN);
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

static int parse_options(int argc, char **argv, struct observe *o)
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

static int open_image(const char *path, struct observe *o)
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

	for (size_t i = 0; i < VM_ARRAY_SIZE(actions); i++)
		vm_strv_add(&names, "%s", actions[i].name);
	joined = vm_strv_join(&names, ", ");
	vm_say("observe: no action '%s': choose one of: %s", name, joined);
	free(joined);
	vm_strv_free(&names);
	return VM_EXIT_HARNESS;
}

int vm_observe(int argc, char **argv)
{
	struct observe o = { .role = "provider", .timeout_s = 10 };
	int status = VM_EXIT_HARNESS;

	if (argc < 3) {
		fputs(usage, argc == 2 && !strcmp(argv[1], "help") ? stdout :
								      stderr);
		return argc == 2 && !strcmp(argv[1], "help") ?
			       0 :
			       VM_EXIT_HARNESS;
	}
	for (size_t i = 0; i < VM_ARRAY_SIZE(actions); i++) {
		if (strcmp(actions[i].name, argv[2]))
			continue;
		if (!parse_options(argc - 2, argv + 2, &o) &&
		    !open_image(argv[1], &o))
			status = actions[i].run(&o);
		vm_image_close(&o.image);
		return status;
	}
	return unknown_action(argv[2]);
}
