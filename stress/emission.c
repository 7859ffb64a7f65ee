// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files are put behind one another, each after those that it includes. What two
 * of them call alike and neither shows to others gets another name in the second.
 */
#include "emission.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "sources.h"

#define MAX_NAMES 1024
#define NAME_BYTES 64

struct emission {
	FILE *f;
	bool *done; /* each of the sources */
	const struct source **later; /* as many at most */
	unsigned int nr_later;
	unsigned int depth; /* headers that include one another */
	char names[MAX_NAMES][NAME_BYTES];
	unsigned int nr_names;
};

/* names of one file that have to be others, and its macros */
struct private
{
	char renamed[MAX_NAMES][NAME_BYTES];
	unsigned int nr_renamed;
	char macros[MAX_NAMES][NAME_BYTES];
	unsigned int nr_macros;
};

static size_t nr_sources(void)
{
	size_t nr = 0;

	while (sources[nr].name)
		nr++;
	return nr;
}

struct emission *emission_begin(FILE *f)
{
	struct emission *emission = calloc(1, sizeof(*emission));

	if (emission) {
		emission->f = f;
		emission->done = calloc(nr_sources(), sizeof(*emission->done));
		emission->later =
			calloc(nr_sources(), sizeof(*emission->later));
	}
	if (emission && emission->done && emission->later)
		return emission;
	emission_end(emission);
	brg_fail(-ENOMEM, "out of memory");
	return NULL;
}

void emission_end(struct emission *emission)
{
	if (!emission)
		return;
	free(emission->done);
	free(emission->later);
	free(emission);
}

static int emit_file(struct emission *emission, const struct source *source);

static bool is_header(const struct source *source)
{
	return source->name[strlen(source->name) - 1] == 'h';
}

/* the name before the first of "([=;{", on a line that begins with "static" */
static bool static_name(const char *line, char name[NAME_BYTES])
{
	size_t end, begin;

	if (strncmp(line, "static ", 7))
		return false;
	end = strcspn(line, "([=;{\n");
	while (end && !isalnum((unsigned char)line[end - 1]) &&
	       line[end - 1] != '_')
		end--;
	begin = end;
	while (begin && (isalnum((unsigned char)line[begin - 1]) ||
			 line[begin - 1] == '_'))
		begin--;
	if (begin == end || end - begin >= NAME_BYTES)
		return false;
	snprintf(name, NAME_BYTES, "%.*s", (int)(end - begin), line + begin);
	return true;
}

static bool macro_name(const char *line, char name[NAME_BYTES])
{
	return sscanf(line, "#define %63[A-Za-z0-9_]", name) == 1;
}

/* 1 where it was there */
static int add_name(struct emission *emission, const char *name)
{
	for (unsigned int i = 0; i < emission->nr_names; i++)
		if (!strcmp(emission->names[i], name))
			return 1;
	if (emission->nr_names == MAX_NAMES)
		return brg_fail(-E2BIG, "too many names");
	strcpy(emission->names[emission->nr_names++], name);
	return 0;
}

/* each line of a file, which ends with a newline */
static const char *next_line(const struct source *source, const char *at)
{
	const char *end = memchr(at, '\n', (size_t)(source->end - at));

	return end ? end + 1 : source->end;
}

static int find_private(struct emission *emission, const struct source *source,
			struct private *private)
{
	char name[NAME_BYTES];
	int ret;

	for (const char *at = source->begin; at < source->end;
	     at = next_line(source, at)) {
		if (macro_name(at, name) && private->nr_macros < MAX_NAMES)
			strcpy(private->macros[private->nr_macros++], name);
		if (!static_name(at, name))
			continue;
		ret = add_name(emission, name);
		if (ret < 0)
			return ret;
		if (ret && private->nr_renamed < MAX_NAMES)
			strcpy(private->renamed[private->nr_renamed++], name);
	}
	return 0;
}

/* "ops-io.c" makes "ops_io" */
static void prefix_of(const struct source *source, char prefix[NAME_BYTES])
{
	const char *base = strrchr(source->name, '/');

	snprintf(prefix, NAME_BYTES, "%s", base ? base + 1 : source->name);
	prefix[strcspn(prefix, ".")] = '\0';
	for (char *c = prefix; *c; c++)
		*c = isalnum((unsigned char)*c) ? *c : '_';
}

/* 1: the line includes a file that is here; 0: it does not */
static int included(const char *line, const struct source **source)
{
	char name[NAME_BYTES];

	*source = NULL;
	if (sscanf(line, "#include \"%63[^\"]\"", name) != 1 &&
	    sscanf(line, "#include <%63[^>]>", name) != 1)
		return 0;
	/* files of the engine are known by their names alone */
	*source = source_find(strncmp(name, "engine/", 7) ? name : name + 7);
	/* brg_fail() and brg_debug() are all that is used of it: see emit.c */
	return *source || !strcmp(name, "barrage/log.h");
}

static int emit_includes(struct emission *emission, const struct source *source)
{
	const struct source *other;
	int ret = 0;

	for (const char *at = source->begin; !ret && at < source->end;
	     at = next_line(source, at))
		if (included(at, &other) && other)
			ret = emit_file(emission, other);
	return ret;
}

/* once for all of it */
static bool is_licence(const char *line)
{
	return !strncmp(line, "// SPDX", 7) || !strncmp(line, "/* SPDX", 7);
}

static void emit_lines(struct emission *emission, const struct source *source)
{
	const struct source *other;
	const char *next;

	for (const char *at = source->begin; at < source->end; at = next) {
		next = next_line(source, at);
		if (!included(at, &other) && !is_licence(at))
			fwrite(at, 1, (size_t)(next - at), emission->f);
	}
}

static int emit_text(struct emission *emission, const struct source *source)
{
	struct private *private = calloc(1, sizeof(*private));
	char prefix[NAME_BYTES];
	int ret;

	if (!private)
		return brg_fail(-ENOMEM, "out of memory");
	prefix_of(source, prefix);
	ret = is_header(source) ? 0 : find_private(emission, source, private);
	fprintf(emission->f, "\n/* ---- %s ---- */\n", source->name);
	for (unsigned int i = 0; i < private->nr_renamed; i++)
		fprintf(emission->f, "#define %s %s_%s\n", private->renamed[i],
			prefix, private->renamed[i]);
	emit_lines(emission, source);
	for (unsigned int i = 0; i < private->nr_renamed; i++)
		fprintf(emission->f, "#undef %s\n", private->renamed[i]);
	for (unsigned int i = 0; i < private->nr_macros; i++)
		fprintf(emission->f, "#undef %s\n", private->macros[i]);
	free(private);
	return ret;
}

static int emit_once(struct emission *emission, const struct source *source)
{
	int ret;

	emission->done[source - sources] = true;
	ret = emit_includes(emission, source);
	return ret ? ret : emit_text(emission, source);
}

/* it may need all of a header that includes this one */
static void put_off(struct emission *emission, const struct source *header)
{
	const struct source *source;
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), "%.*sc", (int)strlen(header->name) - 1,
		 header->name);
	source = source_find(name);
	if (source)
		emission->later[emission->nr_later++] = source;
}

/* what it includes, itself, and the .c file to a header */
static int emit_file(struct emission *emission, const struct source *source)
{
	int ret;

	if (emission->done[source - sources])
		return 0;
	if (!is_header(source))
		return emit_once(emission, source);
	emission->depth++;
	ret = emit_once(emission, source);
	emission->depth--;
	if (!ret)
		put_off(emission, source);
	while (!ret && !emission->depth && emission->nr_later)
		ret = emit_file(emission,
				emission->later[--emission->nr_later]);
	return ret;
}

int emission_add(struct emission *emission, const char *name)
{
	const struct source *source = source_find(name);

	if (!source)
		return brg_fail(-ENOENT, "%s is not among the sources", name);
	return emit_file(emission, source);
}

bool emission_has(const struct emission *emission, const char *name)
{
	const struct source *source = source_find(name);

	return source && emission->done[source - sources];
}
