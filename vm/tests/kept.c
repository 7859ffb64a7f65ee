// SPDX-License-Identifier: GPL-2.0-only
/* Copies of a BAR's memory are compared with all of it. */
#include "vm-test.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kept.h"
#include "text.h"

#define BYTES 65536

/* a file that somebody has mapped, as QEMU has */
struct memory {
	struct vm_kept kept;
	char *path;
	char *data;
};

static int make_memory(void **state)
{
	struct memory *memory = calloc(1, sizeof(*memory));
	int fd;

	memory->path = vm_strf("/tmp/barrage-kept-XXXXXX");
	fd = mkstemp(memory->path);
	if (fd < 0 || ftruncate(fd, BYTES))
		return -1;
	memory->data = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			    0);
	close(fd);
	*state = memory;
	return memory->data == MAP_FAILED ? -1 : 0;
}

static int remove_memory(void **state)
{
	struct memory *memory = *state;

	vm_kept_free(&memory->kept);
	munmap(memory->data, BYTES);
	unlink(memory->path);
	free(memory->path);
	free(memory);
	return 0;
}

static int keep(struct memory *memory, uint64_t offset, size_t size)
{
	return vm_kept_keep(&memory->kept, memory->path, offset, size);
}

static int same(struct memory *memory, int number, uint64_t *at)
{
	return vm_kept_same(&memory->kept, (unsigned int)number, at);
}

static void what_stays_is_the_same(void **state)
{
	struct memory *memory = *state;
	uint64_t at = 1;
	int number;

	memory->data[5000] = 1;
	number = keep(memory, 4096, 8192);
	assert_true(number > 0);
	/* before it, and behind */
	memory->data[4095] = 1;
	memory->data[4096 + 8192] = 1;
	assert_int_equal(same(memory, number, &at), 0);
	assert_int_equal(at, 1);
}

static void each_byte_counts(void **state)
{
	static const size_t places[] = { 4096, 4096 + 4095, 4096 + 8191 };
	struct memory *memory = *state;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		int number = keep(memory, 4096, 8192);
		uint64_t at = 0;

		memory->data[places[i]]++;
		assert_int_equal(same(memory, number, &at), -EUCLEAN);
		assert_int_equal(at, places[i]);
	}
}

static void one_is_compared_once(void **state)
{
	struct memory *memory = *state;
	int number = keep(memory, 0, 4096);
	uint64_t at;

	assert_int_equal(same(memory, number, &at), 0);
	assert_int_equal(same(memory, number, &at), -ENOENT);
	assert_int_equal(same(memory, 0, &at), -ENOENT);
}

static void the_oldest_makes_room(void **state)
{
	struct memory *memory = *state;
	int first = keep(memory, 0, 4096), last = 0;
	uint64_t at;

	for (int i = 0; i < VM_NR_KEPT; i++)
		last = keep(memory, 0, 4096);
	assert_int_equal(last, first + VM_NR_KEPT);
	assert_int_equal(same(memory, first, &at), -ENOENT);
	assert_int_equal(same(memory, last, &at), 0);
}

static void what_is_not_there_cannot_be_kept(void **state)
{
	struct memory *memory = *state;

	assert_int_equal(keep(memory, BYTES - 4096, 8192), -EINVAL);
	assert_int_equal(keep(memory, 0, 0), -EINVAL);
	assert_int_equal(keep(memory, 0, VM_KEPT_BYTES + 1), -EINVAL);
	assert_int_equal(
		vm_kept_keep(&memory->kept, "/nonexistent/bar", 0, 4096),
		-ENOENT);
}

#define KEPT_TEST(test)                                                        \
	cmocka_unit_test_setup_teardown(test, make_memory, remove_memory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEPT_TEST(what_stays_is_the_same),
		KEPT_TEST(each_byte_counts),
		KEPT_TEST(one_is_compared_once),
		KEPT_TEST(the_oldest_makes_room),
		KEPT_TEST(what_is_not_there_cannot_be_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
