/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a JSON object into a struct by a table of its fields. */
#ifndef VM_TOPOLOGY_FIELDS_H
#define VM_TOPOLOGY_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum vm_field_type {
	VM_FIELD_STRING,
	VM_FIELD_INT,
	VM_FIELD_OBJECT,
	VM_FIELD_ARRAY,
};

/**
 * struct vm_field - one member of an object
 * @name: in the file
 * @type: what it has to be
 * @required: whether it may be left out
 * @offset: where it goes in the struct: const char *, int or json_t *
 * @min: least value of an integer
 * @max: greatest value of an integer
 * @choices: for a string: the allowed ones, ended by NULL; NULL for any
 */
struct vm_field {
	const char *name;
	enum vm_field_type type;
	bool required;
	size_t offset;
	int min;
	int max;
	const char *const *choices;
};

/**
 * struct vm_parse - a file being read
 * @path: its name, for messages
 * @text: all of it, to find lines in
 * @why: the message of the first failure; to be freed
 */
struct vm_parse {
	const char *path;
	const char *text;
	char *why;
};

/* Set the message, FILE:LINE before it, and return -EINVAL. */
int vm_parse_fail(struct vm_parse *parse, const char *where, const char *fmt,
		  ...) __attribute__((format(printf, 3, 4)));

/**
 * vm_parse_fields() - read one object
 * @parse: the file
 * @where: path of @object in it, as for vm_json_line()
 * @object: what to read
 * @fields: the members it may have
 * @nr_fields: how many
 * @base: the struct to fill in; members that are left out keep their value
 *
 * Return: 0, or -EINVAL with the message in @parse.
 */
int vm_parse_fields(struct vm_parse *parse, const char *where, json_t *object,
		    const struct vm_field *fields, size_t nr_fields,
		    void *base);

#endif
