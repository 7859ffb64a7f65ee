// SPDX-License-Identifier: GPL-2.0-only
#include "jsonline.h"

#include <stdlib.h>
#include <string.h>

struct cursor {
	const char *p;
	int line;
};

static void skip_space(struct cursor *c)
{
	for (; *c->p && strchr(" \t\r\n", *c->p); c->p++)
		c->line += *c->p == '\n';
}

/* Returns the first byte after the opening quote and the length in @len. */
static const char *skip_string(struct cursor *c, size_t *len)
{
	const char *start = ++c->p;

	while (*c->p && *c->p != '"')
		c->p += c->p[0] == '\\' && c->p[1] ? 2 : 1;
	*len = c->p - start;
	if (*c->p)
		c->p++;
	return start;
}

static void skip_value(struct cursor *c)
{
	int depth = 0;
	size_t len;

	skip_space(c);
	do {
		if (*c->p == '"') {
			skip_string(c, &len);
		} else if (strchr("{[", *c->p)) {
			depth++;
			c->p++;
		} else if (strchr("}]", *c->p)) {
			depth--;
			c->p++;
		} else if (strchr(",: \t\r\n", *c->p)) {
			c->line += *c->p++ == '\n';
		} else {
			c->p += strcspn(c->p, ",:{}[]\" \t\r\n");
		}
	} while (*c->p && depth > 0);
}

/* At "{": move to the member @key. */
static int enter_member(struct cursor *c, const char *key, size_t key_len)
{
	const char *name;
	size_t len;

	c->p++;
	for (;;) {
		skip_space(c);
		if (*c->p != '"')
			return 0;
		name = skip_string(c, &len);
		skip_space(c);
		if (*c->p == ':')
			c->p++;
		if (len == key_len && !memcmp(name, key, len))
			return 1;
		skip_value(c);
		skip_space(c);
		if (*c->p == ',')
			c->p++;
	}
}

/* At "[": move to the element @index. */
static int enter_element(struct cursor *c, unsigned long index)
{
	c->p++;
	skip_space(c);
	while (*c->p && *c->p != ']') {
		if (!index--)
			return 1;
		skip_value(c);
		skip_space(c);
		if (*c->p == ',')
			c->p++;
		skip_space(c);
	}
	return 0;
}

int vm_json_line(const char *text, const char *path)
{
	struct cursor c = { .p = text, .line = 1 }, found;

	skip_space(&c);
	found = c;
	while (*path) {
		if (*path == '[') {
			char *end;
			unsigned long index = strtoul(path + 1, &end, 10);

			if (*c.p != '[' || !enter_element(&c, index))
				break;
			path = *end ? end + 1 : end;
		} else {
			size_t len;

			path += *path == '.';
			len = strcspn(path, ".[");
			if (*c.p != '{' || !enter_member(&c, path, len))
				break;
			path += len;
			skip_space(&c);
		}
		found = c;
	}
	return found.line;
}
