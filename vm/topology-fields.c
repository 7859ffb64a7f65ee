// SPDX-License-Identifier: GPL-2.0-only
#include "topology-fields.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsonline.h"
#include "text.h"

int vm_parse_fail(struct vm_parse *parse, const char *where, const char *fmt,
		  ...)
{
	char *what;
	va_list ap;

	if (parse->why)
		return -EINVAL;
	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	parse->why = vm_strf("%s:%d: %s%s%s", parse->path,
			     vm_json_line(parse->text, where), where,
			     *where ? ": " : "", what);
	free(what);
	return -EINVAL;
}

static const char *const type_names[] = {
	[VM_FIELD_STRING] = "a string",
	[VM_FIELD_INT] = "an integer",
	[VM_FIELD_OBJECT] = "an object",
	[VM_FIELD_ARRAY] = "an array",
};

static bool has_type(const json_t *value, enum vm_field_type type)
{
	switch (type) {
	case VM_FIELD_STRING:
		return json_is_string(value);
	case VM_FIELD_INT:
		return json_is_integer(value);
	case VM_FIELD_OBJECT:
		return json_is_object(value);
	case VM_FIELD_ARRAY:
		return json_is_array(value);
	}
	return false;
}

static char *join_names(const struct vm_field *fields, size_t nr_fields)
{
	struct vm_strv names = { 0 };
	char *joined;

	for (size_t i = 0; i < nr_fields; i++)
		vm_strv_add(&names, "%s", fields[i].name);
	joined = vm_strv_join(&names, ", ");
	vm_strv_free(&names);
	return joined;
}

static char *join_choices(const char *const *choices)
{
	struct vm_strv names = { 0 };
	char *joined;

	for (; *choices; choices++)
		vm_strv_add(&names, "%s", *choices);
	joined = vm_strv_join(&names, ", ");
	vm_strv_free(&names);
	return joined;
}

static bool is_choice(const char *const *choices, const char *s)
{
	for (; *choices; choices++) {
		if (!strcmp(*choices, s))
			return true;
	}
	return false;
}

static int store_int(struct vm_parse *parse, const char *where,
		     const struct vm_field *field, json_t *value, int *slot)
{
	json_int_t n = json_integer_value(value);

	if (n < field->min || n > field->max)
		return vm_parse_fail(parse, where,
				     "%lld is not between %d and %d",
				     (long long)n, field->min, field->max);
	*slot = n;
	return 0;
}

static int store_string(struct vm_parse *parse, const char *where,
			const struct vm_field *field, json_t *value,
			const char **slot)
{
	const char *s = json_string_value(value);

	if (field->choices && !is_choice(field->choices, s)) {
		char *known = join_choices(field->choices);

		vm_parse_fail(parse, where, "'%s' is not one of: %s", s, known);
		free(known);
		return -EINVAL;
	}
	*slot = s;
	return 0;
}

static int store(struct vm_parse *parse, const char *where,
		 const struct vm_field *field, json_t *value, void *base)
{
	void *slot = (char *)base + field->offset;

	if (!has_type(value, field->type))
		return vm_parse_fail(parse, where, "has to be %s",
				     type_names[field->type]);
	if (field->type == VM_FIELD_INT)
		return store_int(parse, where, field, value, slot);
	if (field->type == VM_FIELD_STRING)
		return store_string(parse, where, field, value, slot);
	*(json_t **)slot = value;
	return 0;
}

static const struct vm_field *find(const struct vm_field *fields,
				   size_t nr_fields, const char *name)
{
	for (size_t i = 0; i < nr_fields; i++) {
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	}
	return NULL;
}

int vm_parse_fields(struct vm_parse *parse, const char *where, json_t *object,
		    const struct vm_field *fields, size_t nr_fields, void *base)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return vm_parse_fail(parse, where, "has to be an object");
	json_object_foreach(object, name, value) {
		const struct vm_field *field = find(fields, nr_fields, name);
		char *here = vm_strf("%s%s%s", where, *where ? "." : "", name);

		if (!field) {
			char *known = join_names(fields, nr_fields);

			vm_parse_fail(parse, here,
				      "no such field; there are: %s", known);
			free(known);
		} else {
			store(parse, here, field, value, base);
		}
		free(here);
		if (parse->why)
			return -EINVAL;
	}
	for (size_t i = 0; i < nr_fields; i++) {
		if (fields[i].required &&
		    !json_object_get(object, fields[i].name))
			return vm_parse_fail(parse, where, "'%s' is missing",
					     fields[i].name);
	}
	return 0;
}
