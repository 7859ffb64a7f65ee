// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vm_record_add(struct vm_buf *buf, const char *key, const char *fmt, ...)
{
	va_list ap;
	char *value;

	va_start(ap, fmt);
	if (vasprintf(&value, fmt, ap) < 0)
		abort();
	va_end(ap);
	vm_buf_printf(buf, "%s=%s", key, value);
	vm_buf_add(buf, "", 1);
	free(value);
}

_Bool vm_record_take(struct vm_buf *buf, char **key, char **value)
{
	char *end = buf->len ? memchr(buf->data, '\0', buf->len) : NULL;
	char *equals;
	size_t size;

	if (!end)
		return 0;
	size = end - buf->data + 1;
	equals = strchr(buf->data, '=');
	if (equals) {
		*key = vm_strf("%.*s", (int)(equals - buf->data), buf->data);
		*value = vm_strf("%s", equals + 1);
	} else {
		*key = vm_strf("%s", buf->data);
		*value = vm_strf("%s", "");
	}
	memmove(buf->data, buf->data + size, buf->len - size + 1);
	buf->len -= size;
	return 1;
}
