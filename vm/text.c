// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void *no_memory(void *p)
{
	if (!p) {
		vm_say("out of memory");
		exit(VM_EXIT_HARNESS);
	}
	return p;
}

void *vm_alloc(size_t size)
{
	return no_memory(calloc(1, size));
}

static char *vstrf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	return no_memory(s);
}

char *vm_strf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = vstrf(fmt, ap);
	va_end(ap);
	return s;
}

void vm_strv_add(struct vm_strv *list, const char *fmt, ...)
{
	va_list ap;

	list->v =
		no_memory(reallocarray(list->v, list->n + 2, sizeof(*list->v)));
	va_start(ap, fmt);
	list->v[list->n++] = vstrf(fmt, ap);
	va_end(ap);
	list->v[list->n] = NULL;
}

void vm_strv_free(struct vm_strv *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
	*list = (struct vm_strv){ 0 };
}

char *vm_strv_join(const struct vm_strv *list, const char *separator)
{
	struct vm_buf buf = { 0 };

	vm_buf_add(&buf, "", 0);
	for (size_t i = 0; i < list->n; i++)
		vm_buf_printf(&buf, "%s%s", i ? separator : "", list->v[i]);
	return buf.data;
}

void vm_buf_add(struct vm_buf *buf, const void *data, size_t len)
{
	if (buf->len + len + 1 > buf->cap) {
		buf->cap = (buf->len + len + 1) * 2;
		buf->data = no_memory(realloc(buf->data, buf->cap));
	}
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void vm_buf_printf(struct vm_buf *buf, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = vstrf(fmt, ap);
	va_end(ap);
	vm_buf_add(buf, s, strlen(s));
	free(s);
}

void vm_buf_free(struct vm_buf *buf)
{
	free(buf->data);
	*buf = (struct vm_buf){ 0 };
}

void vm_say(const char *fmt, ...)
{
	va_list ap;

	/* The command's output may be on the same terminal. */
	fflush(stdout);
	va_start(ap, fmt);
	fputs("barrage-vm: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

int64_t vm_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int vm_read_file(const char *path, size_t max, struct vm_buf *buf)
{
	char chunk[16384];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	vm_buf_add(buf, "", 0);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		if (buf->len + n > max) {
			close(fd);
			return -EFBIG;
		}
		vm_buf_add(buf, chunk, n);
	}
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}
