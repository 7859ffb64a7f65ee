/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strings, lists of strings and messages.
 *
 * Allocation never fails here: a runner without memory says so and ends with
 * VM_EXIT_HARNESS.
 */
#ifndef VM_TEXT_H
#define VM_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* How barrage-vm ends when it is not with the status of the command. */
enum vm_exit {
	VM_EXIT_FAIL = 1,
	VM_EXIT_HARNESS = 99,
	VM_EXIT_TIMEOUT = 124,
};

#define VM_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#define VM_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct vm_strv - a growing list of strings that ends with NULL
 * @v: the strings; NULL while empty
 * @n: how many
 */
struct vm_strv {
	char **v;
	size_t n;
};

void vm_strv_add(struct vm_strv *list, const char *fmt, ...) VM_PRINTF(2, 3);
void vm_strv_free(struct vm_strv *list);
char *vm_strv_join(const struct vm_strv *list, const char *separator);

/**
 * struct vm_buf - bytes that grow at the end
 * @data: the bytes, always followed by a NUL that @len does not count
 * @len: how many
 * @cap: how many fit
 */
struct vm_buf {
	char *data;
	size_t len;
	size_t cap;
};

void vm_buf_add(struct vm_buf *buf, const void *data, size_t len);
void vm_buf_printf(struct vm_buf *buf, const char *fmt, ...) VM_PRINTF(2, 3);
void vm_buf_free(struct vm_buf *buf);

void *vm_alloc(size_t size);
char *vm_strf(const char *fmt, ...) VM_PRINTF(1, 2);

/* One line on stderr, "barrage-vm: " before it. */
void vm_say(const char *fmt, ...) VM_PRINTF(1, 2);

/* Monotonic time. */
int64_t vm_now_ms(void);

/* Read a whole file of at most @max bytes: 0 or -errno (-EFBIG: larger). */
int vm_read_file(const char *path, size_t max, struct vm_buf *buf);

#endif
