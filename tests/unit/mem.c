// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of kinds, and how allocations share a provider. The kernel is the
 * test's: it hands out anonymous memory and counts what it is asked for.
 */
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/mem.h>
#include <barrage/p2p.h>
#include <barrage/p2pmem.h>
#include <barrage/vfio.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define BDF "0000:01:00.0"
#define MIB (1ull << 20)

static int nr_open, nr_bound, nr_registered, nr_mapped;
static int open_result, register_result, map_result, unregister_result;
static bool bound_when_closed, mapping_is_elsewhere;
static uint8_t *bar_memory;

int __wrap_brg_vfio_open(const char *bdf, struct brg_vfio *vfio);
void __wrap_brg_vfio_close(struct brg_vfio *vfio);
int __wrap_brg_vfio_map(const struct brg_vfio *vfio, unsigned int bar,
			uint64_t offset, size_t len, void **addrp);
int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len);
int __wrap_brg_p2p_register(const struct brg_vfio *vfio, unsigned int bar,
			    uint64_t offset, uint64_t length);
int __wrap_brg_p2p_unregister(const struct brg_vfio *vfio, unsigned int bar,
			      uint32_t timeout_ms);
int __wrap_brg_p2pmem_map(const char *bdf, size_t len, void **addrp);
int __wrap_brg_pci_bind(const char *bdf, const char *driver,
			struct brg_pci_binding *binding);
int __wrap_brg_pci_restore(struct brg_pci_binding *binding);

static int anonymous(size_t len, void **addrp)
{
	*addrp = mmap(NULL, len, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(*addrp, MAP_FAILED);
	return 0;
}

int __wrap_brg_vfio_open(const char *bdf, struct brg_vfio *vfio)
{
	*vfio = (struct brg_vfio){ .fd = -1, .iommufd.fd = -1 };
	if (open_result)
		return brg_fail(open_result, "opening failed");
	nr_open++;
	return 0;
}

void __wrap_brg_vfio_close(struct brg_vfio *vfio)
{
	bound_when_closed = nr_bound;
	nr_open--;
}

int __wrap_brg_vfio_map(const struct brg_vfio *vfio, unsigned int bar,
			uint64_t offset, size_t len, void **addrp)
{
	nr_mapped++;
	anonymous(len, addrp);
	bar_memory = *addrp;
	return 0;
}

/* the BAR through the file: the mapping's bytes, or not */
int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len)
{
	assert_int_equal(index, 2);
	memset(buf, 0, len);
	if (!mapping_is_elsewhere)
		memcpy(buf, bar_memory + offset, len);
	return 0;
}

int __wrap_brg_p2p_register(const struct brg_vfio *vfio, unsigned int bar,
			    uint64_t offset, uint64_t length)
{
	if (register_result)
		return brg_fail(register_result, "registering failed");
	nr_registered++;
	return 0;
}

int __wrap_brg_p2p_unregister(const struct brg_vfio *vfio, unsigned int bar,
			      uint32_t timeout_ms)
{
	nr_registered--;
	if (unregister_result)
		return brg_fail(unregister_result, "unregistering failed");
	return 0;
}

int __wrap_brg_p2pmem_map(const char *bdf, size_t len, void **addrp)
{
	if (map_result)
		return brg_fail(map_result, "mapping failed");
	return anonymous(len, addrp);
}

int __wrap_brg_pci_bind(const char *bdf, const char *driver,
			struct brg_pci_binding *binding)
{
	assert_string_equal(driver, "vfio-pci");
	strcpy(binding->bdf, bdf);
	nr_bound++;
	return 0;
}

int __wrap_brg_pci_restore(struct brg_pci_binding *binding)
{
	if (*binding->bdf)
		nr_bound--;
	binding->bdf[0] = '\0';
	return 0;
}

static int setup(void **state)
{
	if (fake_sysfs_setup(state))
		return -1;
	fake_device(BDF, "1af4:1110", "050000", 5);
	fake_bar(BDF, 0, 0xfe000000, 0x1000, FAKE_MEM32);
	fake_bar(BDF, 2, 0x3800000000, 16 * MIB, FAKE_MEM64);
	open_result = 0;
	register_result = 0;
	unregister_result = 0;
	map_result = 0;
	mapping_is_elsewhere = false;
	nr_mapped = 0;
	brg_log_set_level(BRG_LOG_QUIET);
	return 0;
}

static int teardown(void **state)
{
	assert_int_equal(nr_open, 0);
	assert_int_equal(nr_bound, 0);
	assert_int_equal(nr_registered, 0);
	return fake_sysfs_teardown(state);
}

static int open_size(const char *kind, uint64_t size, struct brg_mem **memp)
{
	const struct brg_mem_params params = {
		.bdf = BDF,
		.bar = 2,
		.size_bytes = size,
	};

	return brg_mem_open(brg_mem_find(kind), &params, memp);
}

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

	assert_int_equal(open_size("host", 0, &mem), -EINVAL);
	assert_int_equal(open_size("host", SIZE_MAX, &mem), -EINVAL);
	assert_int_equal(open_size("host", SIZE_MAX - 8192, &mem), -ENOMEM);
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
	assert_int_equal(open_size("p2p-register", 65536, &mem), 0);
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
	assert_int_equal(open_size("bounce", 4096, &filler), 0);
	assert_int_equal(open_size("bounce", 65536, &mem), 0);
	brg_mem_store(mem, 0, "first", 6);
	brg_mem_store(mem, 65536 - 6, "last!", 6);
	ret = brg_mem_prove(mem, &proof);
	if (ret != -EPERM) {
		assert_int_equal(ret, 0);
		assert_int_equal(proof.verdict, BRG_VERDICT_BOUNCE);
		assert_int_equal(proof.nr_in_ram, 16);
		mapping_is_elsewhere = true;
		assert_int_equal(brg_mem_prove(mem, &proof), -EXDEV);
		assert_int_equal(proof.verdict, BRG_VERDICT_NONE);
		mapping_is_elsewhere = false;
	}
	assert_string_equal((char *)brg_mem_dev_addr(mem), "first");
	assert_string_equal((char *)brg_mem_dev_addr(mem) + 65530, "last!");
	brg_mem_close(mem);
	brg_mem_close(filler);
}

static void allocations_share_one_registration(void **state)
{
	struct brg_mem *first, *second, *third;

	assert_int_equal(open_size("p2p-register", 65536, &first), 0);
	assert_int_equal(open_size("p2p-register", 65536, &second), 0);
	assert_int_equal(nr_open, 1);
	assert_int_equal(nr_bound, 1);
	assert_int_equal(nr_registered, 1);
	brg_mem_close(first);
	assert_int_equal(nr_registered, 1);
	assert_int_equal(open_size("p2p-register", 65536, &third), 0);
	brg_mem_close(second);
	assert_int_equal(nr_open, 1);
	brg_mem_close(third);
	assert_int_equal(nr_registered, 0);
}

static void the_file_is_closed_before_the_device_goes_back(void **state)
{
	struct brg_mem *mem;

	assert_int_equal(open_size("p2p-register", 65536, &mem), 0);
	bound_when_closed = false;
	brg_mem_close(mem);
	assert_true(bound_when_closed);
}

static void one_bar_is_used_in_one_way(void **state)
{
	struct brg_mem *mem, *other;

	assert_int_equal(open_size("p2p-register", 65536, &mem), 0);
	assert_int_equal(open_size("bounce", 65536, &other), -EBUSY);
	assert_error("registered for P2P");
	brg_mem_close(mem);
	assert_int_equal(open_size("bounce", 65536, &mem), 0);
	assert_int_equal(open_size("p2p-register", 65536, &other), -EBUSY);
	assert_error("bounce");
	brg_mem_close(mem);
}

static void a_second_range_must_be_the_same(void **state)
{
	struct brg_mem_params params = {
		.bdf = BDF,
		.bar = 2,
		.offset_bytes = 2 * MIB,
		.size_bytes = 4096,
	};
	const struct brg_mem_ops *ops = brg_mem_find("p2p-register");
	struct brg_mem *mem, *same, *other;

	assert_int_equal(brg_mem_open(ops, &params, &mem), 0);
	params.reg_bytes = 14 * MIB;
	assert_int_equal(brg_mem_open(ops, &params, &same), 0);
	params.reg_bytes = 4 * MIB;
	assert_int_equal(brg_mem_open(ops, &params, &other), -EBUSY);
	assert_error("must be the same");
	brg_mem_close(same);
	brg_mem_close(mem);
}

static void what_is_out_of_the_bar_is_refused_before_binding(void **state)
{
	struct brg_mem_params params = {
		.bdf = BDF,
		.bar = 2,
		.offset_bytes = 16 * MIB,
		.size_bytes = 4096,
	};
	const struct brg_mem_ops *ops = brg_mem_find("p2p-register");
	struct brg_mem *mem;

	assert_int_equal(brg_mem_open(ops, &params, &mem), -EINVAL);
	assert_error("BAR2 has 16 MiB");
	params.offset_bytes = 0;
	params.reg_bytes = 18 * MIB;
	assert_int_equal(brg_mem_open(ops, &params, &mem), -EINVAL);
	params.reg_bytes = 0;
	params.bar = 3;
	assert_int_equal(brg_mem_open(ops, &params, &mem), -EINVAL);
	assert_error("BAR2 16 MiB");
	params.bdf = "0000:77:00.0";
	assert_int_equal(brg_mem_open(ops, &params, &mem), -ENODEV);
	params.bdf = "nonsense";
	assert_int_equal(brg_mem_open(ops, &params, &mem), -EINVAL);
}

static void whatever_fails_the_device_goes_back(void **state)
{
	struct brg_mem *mem = NULL;

	open_result = -EBUSY;
	assert_int_equal(open_size("p2p-register", 65536, &mem), -EBUSY);
	assert_string_equal(brg_last_error(), "opening failed");
	assert_int_equal(nr_bound, 0);
	open_result = 0;

	register_result = -ENOTTY;
	assert_int_equal(open_size("p2p-register", 65536, &mem), -ENOTTY);
	assert_string_equal(brg_last_error(), "registering failed");
	assert_int_equal(nr_bound, 0);
	assert_int_equal(nr_open, 0);
	register_result = 0;

	map_result = -ENOMEM;
	assert_int_equal(open_size("p2p-register", 65536, &mem), -ENOMEM);
	assert_string_equal(brg_last_error(), "mapping failed");
	assert_int_equal(nr_bound, 0);
	assert_int_equal(nr_open, 0);
	assert_int_equal(nr_registered, 0);
	assert_null(mem);
}

static void pins_that_remain_do_not_keep_the_device(void **state)
{
	struct brg_mem *mem;

	unregister_result = -ETIMEDOUT;
	assert_int_equal(open_size("p2p-register", 65536, &mem), 0);
	brg_mem_close(mem);
	assert_int_equal(nr_open, 0);
	assert_int_equal(nr_bound, 0);
}

static void a_device_on_vfio_pci_stays_there(void **state)
{
	struct brg_mem *mem;

	fake_driver("vfio-pci");
	fake_bind(BDF, "vfio-pci");
	assert_int_equal(open_size("p2p-register", 65536, &mem), 0);
	assert_int_equal(nr_bound, 0);
	brg_mem_close(mem);
}

static void a_bounce_copies_both_ways(void **state)
{
	struct brg_mem *mem;
	char *io;

	assert_int_equal(open_size("bounce", 8192, &mem), 0);
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

static void bounces_take_pieces_of_one_mapping_until_it_is_full(void **state)
{
	struct brg_mem *first, *second, *third = NULL;
	char *a, *b;

	assert_int_equal(open_size("bounce", 8 * MIB, &first), 0);
	assert_int_equal(open_size("bounce", 4 * MIB, &second), 0);
	assert_int_equal(nr_mapped, 1);
	a = brg_mem_dev_addr(first);
	b = brg_mem_dev_addr(second);
	assert_ptr_equal(b, a + 8 * MIB);
	assert_int_equal(open_size("bounce", 8 * MIB, &third), -ENOMEM);
	assert_error("BAR exhausted: 8 MiB wanted, 4 MiB of 16 MiB left");
	brg_mem_close(first);
	assert_int_equal(open_size("bounce", 8 * MIB, &third), 0);
	assert_ptr_equal(brg_mem_dev_addr(third), a);
	brg_mem_close(second);
	brg_mem_close(third);
}

static void cmb_wants_the_kernels_nvme_driver(void **state)
{
	struct brg_mem *mem;

	assert_int_equal(open_size("cmb", 4096, &mem), -EOPNOTSUPP);
	assert_error("no driver");
	fake_bind(BDF, "vfio-pci");
	assert_int_equal(open_size("cmb", 4096, &mem), -EOPNOTSUPP);
	assert_error("held by vfio-pci");
}

#define MEM_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MEM_TEST(every_kind_is_found_by_its_name),
		MEM_TEST(an_unknown_kind_lists_the_choices),
		MEM_TEST(bad_sizes_are_refused),
		MEM_TEST(a_provider_is_asked_for_where_one_is_needed),
		MEM_TEST(host_memory_is_whole_pages_of_zeroes),
		MEM_TEST(host_memory_is_proved_or_says_what_is_missing),
		MEM_TEST(what_is_not_in_the_bar_is_not_called_p2p),
		MEM_TEST(a_bounce_is_proved_on_both_sides),
		MEM_TEST(allocations_share_one_registration),
		MEM_TEST(the_file_is_closed_before_the_device_goes_back),
		MEM_TEST(one_bar_is_used_in_one_way),
		MEM_TEST(a_second_range_must_be_the_same),
		MEM_TEST(what_is_out_of_the_bar_is_refused_before_binding),
		MEM_TEST(whatever_fails_the_device_goes_back),
		MEM_TEST(pins_that_remain_do_not_keep_the_device),
		MEM_TEST(a_device_on_vfio_pci_stays_there),
		MEM_TEST(a_bounce_copies_both_ways),
		MEM_TEST(bounces_take_pieces_of_one_mapping_until_it_is_full),
		MEM_TEST(cmb_wants_the_kernels_nvme_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
