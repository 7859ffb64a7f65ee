// SPDX-License-Identifier: GPL-2.0-only
/* the table of kinds, and what each kind does */
#include "fake-kernel.h"

#include <errno.h>
#include <fcntl.h>

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
	assert_int_equal(nr, 7);
}

static void an_unknown_kind_lists_the_choices(void **state)
{
	static const char *const unknown[] = { "", "p2p", "HOST", "host " };
	size_t i;

	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_null(brg_mem_find(unknown[i]));
		assert_error(unknown[i]);
		assert_error("host, bounce, p2p-register, dmabuf-pages, "
			     "dmabuf, udmabuf, cmb");
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
	static const char *const kinds[] = { "bounce", "p2p-register", "dmabuf",
					     "dmabuf-pages", "cmb" };
	struct brg_mem *mem;
	size_t i;

	for (i = 0; i < 5; i++) {
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

/* The flag for programs, the line for people, and what is asked for I/O agree. */
static void what_cannot_do_direct_io_says_why(void **state)
{
	const struct brg_mem_ops *const *kind;
	bool can;

	for (kind = brg_mem_kinds(); *kind; kind++) {
		can = (*kind)->flags & BRG_MEM_CAN_ODIRECT;
		assert_int_equal(brg_mem_check_direct(*kind),
				 can ? 0 : -EOPNOTSUPP);
		assert_int_equal(can, strcmp((*kind)->name, "dmabuf") != 0);
	}
	assert_int_equal(brg_mem_check_direct(brg_mem_find("dmabuf")),
			 -EOPNOTSUPP);
	assert_error("dmabuf: no direct I/O: a plain dma-buf has no struct");
	assert_error("use dmabuf-pages");
}

static void only_dma_bufs_can_be_imported(void **state)
{
	struct brg_mem *mem;
	int fd;

	assert_int_equal(fake_open("bounce", 4096, &mem), 0);
	assert_int_equal(brg_mem_dmabuf_fd(mem), -EOPNOTSUPP);
	assert_error("bounce: it has no dma-buf");
	assert_non_null(brg_mem_vfio(mem));
	brg_mem_close(mem);
	assert_int_equal(fake_open("dmabuf", 4096, &mem), 0);
	fd = brg_mem_dmabuf_fd(mem);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) >= 0, 1);
	assert_non_null(brg_mem_vfio(mem));
	brg_mem_close(mem);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(fake_open("host", 4096, &mem), 0);
	assert_null(brg_mem_vfio(mem));
	brg_mem_close(mem);
}

static void a_dma_buf_of_a_fallback_is_not_called_p2p(void **state)
{
	static const char *const kinds[] = { "dmabuf", "dmabuf-pages" };
	struct brg_proof proof = {};
	struct brg_mem *mem;
	size_t i;
	int ret;

	/* the right bytes, but in page frames that are not the BAR's */
	for (i = 0; i < 2; i++) {
		assert_int_equal(fake_open(kinds[i], 65536, &mem), 0);
		ret = brg_mem_prove(mem, &proof);
		if (ret != -EPERM) {
			assert_int_equal(ret, -EXDEV);
			assert_int_equal(proof.verdict, BRG_VERDICT_NONE);
			assert_int_equal(proof.nr_in_bar, 0);
			assert_error("not at 0x3800000000, which was exported");
		}
		brg_mem_close(mem);
	}
}

/* Where the machine that builds has no udmabuf, it has to say so. */
static void udmabuf_is_host_memory_or_says_what_is_missing(void **state)
{
	const struct brg_mem_params params = { .size_bytes = 65536 };
	struct brg_proof proof = {};
	struct brg_mem *mem;
	int ret;

	ret = brg_mem_open(brg_mem_find("udmabuf"), &params, &mem);
	if (ret == -EOPNOTSUPP) {
		assert_error("CONFIG_UDMABUF");
		return;
	}
	if (ret == -EACCES) {
		assert_error("root is needed");
		return;
	}
	assert_int_equal(ret, 0);
	assert_true(brg_mem_dmabuf_fd(mem) >= 0);
	brg_mem_store(mem, 0, "first", 6);
	ret = brg_mem_prove(mem, &proof);
	if (ret != -EPERM) {
		assert_int_equal(ret, 0);
		assert_int_equal(proof.verdict, BRG_VERDICT_HOST);
	}
	assert_string_equal((char *)brg_mem_dev_addr(mem), "first");
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
		FAKE_KERNEL_TEST(what_cannot_do_direct_io_says_why),
		FAKE_KERNEL_TEST(only_dma_bufs_can_be_imported),
		FAKE_KERNEL_TEST(a_dma_buf_of_a_fallback_is_not_called_p2p),
		FAKE_KERNEL_TEST(
			udmabuf_is_host_memory_or_says_what_is_missing),
		FAKE_KERNEL_TEST(cmb_wants_the_kernels_nvme_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
