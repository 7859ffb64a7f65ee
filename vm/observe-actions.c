// SPDX-License-Identifier: GPL-2.0-only
#include "observe-actions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sha256.h"
#include "text.h"

#define DUMP_WIDTH 16
#define POLL_MS 5

static void nap(void)
{
	const struct timespec ts = { .tv_nsec = POLL_MS * 1000000L };

	nanosleep(&ts, NULL);
}

static int do_sum(struct vm_observe *o)
{
	char hex[VM_SHA256_HEX];

	vm_sha256(o->image.data + o->offset, o->length, hex);
	printf("%s\n", hex);
	return 0;
}

static int do_blocks(struct vm_observe *o)
{
	vm_image_print_blocks(&o->image, o->offset, o->length, stdout);
	return 0;
}

static int do_dump(struct vm_observe *o)
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

static int do_compare(struct vm_observe *o)
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

static int do_wait(struct vm_observe *o)
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

static int do_watch(struct vm_observe *o)
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

const struct vm_action vm_actions[] = {
	{ "sum", do_sum },
	{ "blocks", do_blocks },
	{ "dump", do_dump },
	{ "compare", do_compare },
	{ "wait", do_wait },
	{ "watch", do_watch },
	{},
};
