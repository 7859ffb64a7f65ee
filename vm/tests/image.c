// SPDX-License-Identifier: GPL-2.0-only
/* Checksums of a BAR's memory as the observer sees it. */
#include "vm-test.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "sha256.h"
#include "text.h"

static void the_standards_examples(void **state)
{
	static char million[1000000];
	char hex[VM_SHA256_HEX];

	vm_sha256("", 0, hex);
	assert_string_equal(
		hex,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	vm_sha256("abc", 3, hex);
	assert_string_equal(
		hex,
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	/* 56 bytes: the length no longer fits into the same block. */
	vm_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  56, hex);
	assert_string_equal(
		hex,
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', sizeof(million));
	vm_sha256(million, sizeof(million), hex);
	assert_string_equal(
		hex,
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static int make_image(void **state)
{
	char *path = vm_strf("/tmp/barrage-image-XXXXXX");
	int fd = mkstemp(path);

	if (fd < 0 || ftruncate(fd, 5 * VM_IMAGE_BLOCK) ||
	    pwrite(fd, "x", 1, 2 * VM_IMAGE_BLOCK + 7) != 1)
		return -1;
	close(fd);
	*state = path;
	return 0;
}

static int remove_image(void **state)
{
	char *path = *state;

	unlink(path);
	free(path);
	return 0;
}

static void blocks_of_zeroes_are_left_out(void **state)
{
	struct vm_buf text = { 0 };
	const char *path = *state;
	char *to = vm_strf("%s.sums", path);

	assert_int_equal(vm_image_save_blocks(path, to), 0);
	assert_int_equal(vm_read_file(to, 4096, &text), 0);
	assert_contains(text.data, "  0x2000\n");
	assert_ptr_equal(strchr(text.data, '\n'), strrchr(text.data, '\n'));
	unlink(to);
	vm_buf_free(&text);
	free(to);
}

/* A page of shared memory that was read is there, and takes memory. */
static void holes_stay_holes(void **state)
{
	char *path = vm_strf("/dev/shm/barrage-image-XXXXXX");
	char *to = vm_strf("%s.sums", (const char *)*state);
	int fd = mkstemp(path);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	assert_int_equal(pwrite(fd, "x", 1, 2 * VM_IMAGE_BLOCK), 1);
	assert_int_equal(vm_image_save_blocks(path, to), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_blocks * 512, VM_IMAGE_BLOCK);
	close(fd);
	unlink(path);
	unlink(to);
	free(path);
	free(to);
}

static void a_copy_is_equal(void **state)
{
	struct vm_image a, b;
	const char *path = *state;
	char *to = vm_strf("%s.copy", path);

	assert_int_equal(vm_image_copy(path, to), 0);
	assert_int_equal(vm_image_open(path, &a), 0);
	assert_int_equal(vm_image_open(to, &b), 0);
	assert_int_equal(a.size, b.size);
	assert_memory_equal(a.data, b.data, a.size);
	vm_image_close(&a);
	vm_image_close(&b);
	unlink(to);
	free(to);
}

static void a_missing_image_is_an_error(void **state)
{
	struct vm_image image;

	assert_int_equal(vm_image_open("/nonexistent/bar", &image), -ENOENT);
	assert_int_equal(vm_image_open("/dev/null", &image), -EINVAL);
}

#define IMAGE_TEST(test)                                                       \
	cmocka_unit_test_setup_teardown(test, make_image, remove_image)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_standards_examples),
		IMAGE_TEST(blocks_of_zeroes_are_left_out),
		IMAGE_TEST(a_copy_is_equal),
		cmocka_unit_test_setup_teardown(holes_stay_holes, make_image,
						remove_image),
		cmocka_unit_test(a_missing_image_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
