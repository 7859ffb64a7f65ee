// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include "kallsyms.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What GCC and Clang append to a copy that they changed */
static bool is_of_copy(const char *suffix)
{
	static const char *const kinds[] = { ".isra.", ".constprop.", ".part.",
					     ".llvm." };
	size_t i;

	if (strstr(suffix, ".cold"))
		return false;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strncmp(suffix, kinds[i], strlen(kinds[i])))
			return true;
	}
	return false;
}

/* "address type name", of a module "address type name [module]" */
static bool is_copy(char *line, const char *module, size_t module_len,
		    const char *name, const char **found)
{
	char *rest = line, *type, *of;

	strsep(&rest, " ");
	type = strsep(&rest, " ");
	if (!rest || !strchr("tTwW", *type))
		return false;
	*found = strsep(&rest, "\t\n");
	of = rest ? strchr(rest, '[') : NULL;
	if (strncmp(*found, name, strlen(name)) ||
	    !is_of_copy(*found + strlen(name)))
		return false;
	if (!module_len)
		return !of;
	return of && !strncmp(of + 1, module, module_len) &&
	       of[1 + module_len] == ']';
}

int brg_kallsyms_variant(FILE *file, const char *name, char *variant,
			 size_t size)
{
	const char *colon = strchr(name, ':'), *found;
	size_t module_len = colon ? (size_t)(colon - name) : 0, room = 0;
	char *line = NULL;
	int nr = 0, len;

	while (getline(&line, &room, file) > 0) {
		if (!is_copy(line, name, module_len, colon ? colon + 1 : name,
			     &found))
			continue;
		if (nr++ || !variant)
			continue;
		len = snprintf(variant, size, "%.*s%s",
			       colon ? (int)module_len + 1 : 0, name, found);
		if (len >= (int)size) {
			nr = -ENAMETOOLONG;
			break;
		}
	}
	free(line);
	return nr;
}
