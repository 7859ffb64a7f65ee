// SPDX-License-Identifier: GPL-2.0-only
/* the table of kinds, and what each kind does */
#include "fake-kernel.h"

#include <errno.h>

static void every_kind_is_found_by_its_name(void **state)
{
	const struct brg_mem_ops *const *kind;
	unsigned int nr = 0;

	for (kind = brg_mem_kinds(); *kind; kind++, nr++) {
		assert_ptr_equal(brg_mem_find((*kind)->name), *kind);
		assert_contains(brg_mem_names(), (*kind)->name);
		assert_non_null((*kind)->summary);
		assert_non_null((*kind)->open);
		assert_non_null((*kind)->close);
	}
	assert_int_equal(nr, 4);
}

static void an_unknown_kind_lists_the_choices(void **state)
{
	static const char *const unknown[] = { "", "p2p", "HOST", "host " };
	size_t i;

	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_null(brg_mem_find(unknown[i]));
		assert_error(unknown[i]);
		assert_error("host, bounce, p2p-register, cmb");
	}
	assert_null(brg_mem_find(NULL));
}

static void bad_sizes_are_refused(void **state)
{
	struct brg_mem *mem = NULL;

	assert_int_equal(fake_open("host", 0, &mem), -EINVAL);
	assert_int_equal(fake_open("host", SIZE_MAX, &mem), -EINVAL);
	assert_int_equal(fake_open("host", SIZE_MAX - 8192, &mem), -ENOMEM);
	assert_null(mem);
}

static void a_provider_is_asked_for_where_one_is_needed(void **state)
{
	const struct brg_mem_params params = { .bar = 2, .size_bytes = 4096 };
	static const char *const kinds[] = { "bounce", "p2p-register", "cmb" };
	struct brg_mem *mem;
	size_t i;

	for (i = 0; i < 3; i++) {
		assert_int_equal(
			brg_mem_open(brg_mem_find(kinds[i]), &params, &mem),
			-EINVAL);
		assert_error("needs a provider");
	}
}

static void host_memory_is_whole_pages_of_zeroes(void **state)
{
	const struct brg_mem_params params = { .size_bytes = 5000 };
	struct brg_mem *mem;
	char back[16];

	assert_int_equal(brg_mem_open(brg_mem_find("host"), &params, &mem), 0);
	assert_int_equal(brg_mem_size(mem), 8192);
	assert_ptr_equal(brg_mem_io_addr(mem), brg_mem_dev_addr(mem));
	assert_int_equal((uintptr_t)brg_mem_io_addr(mem) % 4096, 0);
	assert_string_equal(brg_mem_kind(mem)->name, "host");
	brg_mem_store(mem, 4091, "across a page", 14);
	brg_mem_load(mem, 4091, back, 14);
	assert_string_equal(back, "across a page");
	assert_int_equal(brg_mem_before_write(mem, 0, 8192), 0);
	assert_int_equal(brg_mem_after_read(mem, 8192, 0), 0);
	assert_int_equal(brg_mem_before_write(mem, 4096, 4097), -EINVAL);
	assert_int_equal(brg_mem_after_read(mem, SIZE_MAX, 2), -EINVAL);
	brg_mem_close(mem);
	brg_mem_close(NULL);
}

static void host_memory_is_proved_or_says_what_is_missing(void **state)
{
	const struct brg_mem_params params = { .size_bytes = 65536 };
	struct brg_proof proof = {};
	struct brg_mem *mem;
	int ret;

	assert_int_equal(brg_mem_open(brg_mem_find("host"), &params, &mem), 0);
	ret = brg_mem_prove(mem, &proof);
	if (ret == -EPERM) {
		assert_error("CAP_SYS_ADMIN");
	} else {
		assert_int_equal(ret, 0);
		assert_int_equal(proof.verdict, BRG_VERDICT_HOST);
		assert_int_equal(proof.nr_pages, 16);
	}
	brg_mem_close(mem);
}

static void what_is_not_in_the_bar_is_not_called_p2p(void **state)
{
	struct brg_proof proof = {};
	struct brg_mem *mem;
	int ret;

	/* the test's "BAR" is plain memory: a fallback, had one happened */
	assert_int_equal(fake_open("p2p-register", 65536, &mem), 0);
	ret = brg_mem_prove(mem, &proof);
	if (ret != -EPERM) {
		assert_int_equal(ret, -EXDEV);
		assert_int_equal(proof.verdict, BRG_VERDICT_HOST);
		assert_int_equal(proof.expected, BRG_VERDICT_P2P);
		assert_int_equal(proof.nr_in_bar, 0);
		assert_error("p2p-register " BDF);
		assert_error("host, expected p2p");
	}
	brg_mem_close(mem);
}

static void a_bounce_is_proved_on_both_sides(void **state)
{
	struct brg_mem *filler, *mem;
	struct brg_proof proof = {};
	int ret;

	/* not the BAR's first piece, and not empty */
	assert_int_equal(fake_open("bounce", 4096, &filler), 0);
	assert_int_equal(fake_open("bounce", 65536, &mem), 0);
	brg_mem_store(mem, 0, "first", 6);
	brg_mem_store(mem, 65536 - 6, "last!", 6);
	ret = brg_mem_prove(mem, &proof);
	if (ret != -EPERM) {
		assert_int_equal(ret, 0);
		assert_int_equal(proof.verdict, BRG_VERDICT_BOUNCE);
		assert_int_equal(proof.nr_in_ram, 16);
		fake.mapping_is_elsewhere = true;
		assert_int_equal(brg_mem_prove(mem, &proof), -EXDEV);
		assert_int_equal(proof.verdict, BRG_VERDICT_NONE);
		fake.mapping_is_elsewhere = false;
	}
	assert_string_equal((char *)brg_mem_dev_addr(mem), "first");
	assert_string_equal((char *)brg_mem_dev_addr(mem) + 65530, "last!");
	brg_mem_close(mem);
	brg_mem_close(filler);
}

static void a_bounce_copies_both_ways(void **state)
{
	struct brg_mem *mem;
	char *io;

	assert_int_equal(fake_open("bounce", 8192, &mem), 0);
	io = brg_mem_io_addr(mem);
	assert_ptr_not_equal(io, brg_mem_dev_addr(mem));
	brg_mem_store(mem, 4096, "from the BAR", 13);
	assert_int_equal(io[4096], 0);
	assert_int_equal(brg_mem_before_write(mem, 4096, 4096), 0);
	assert_string_equal(io + 4096, "from the BAR");
	strcpy(io, "from the disk");
	assert_string_equal((char *)brg_mem_dev_addr(mem), "");
	assert_int_equal(brg_mem_after_read(mem, 0, 4096), 0);
	assert_string_equal((char *)brg_mem_dev_addr(mem), "from the disk");
	brg_mem_close(mem);
}

static void cmb_wants_the_kernels_nvme_driver(void **state)
{
	struct brg_mem *mem;

	assert_int_equal(fake_open("cmb", 4096, &mem), -EOPNOTSUPP);
	assert_error("no driver");
	fake_bind(BDF, "vfio-pci");
	assert_int_equal(fake_open("cmb", 4096, &mem), -EOPNOTSUPP);
	assert_error("held by vfio-pci");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAKE_KERNEL_TEST(every_kind_is_found_by_its_name),
		FAKE_KERNEL_TEST(an_unknown_kind_lists_the_choices),
		FAKE_KERNEL_TEST(bad_sizes_are_refused),
		FAKE_KERNEL_TEST(a_provider_is_asked_for_where_one_is_needed),
		FAKE_KERNEL_TEST(host_memory_is_whole_pages_of_zeroes),
		FAKE_KERNEL_TEST(host_memory_is_proved_or_says_what_is_missing),
		FAKE_KERNEL_TEST(what_is_not_in_the_bar_is_not_called_p2p),
		FAKE_KERNEL_TEST(a_bounce_is_proved_on_both_sides),
		FAKE_KERNEL_TEST(a_bounce_copies_both_ways),
		FAKE_KERNEL_TEST(cmb_wants_the_kernels_nvme_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
