// SPDX-License-Identifier: GPL-2.0-only
/* how allocations share a device, and how it is given back */
#include "fake-kernel.h"

#include <errno.h>

static void allocations_share_one_registration(void **state)
{
	struct brg_mem *first, *second, *third;

	assert_int_equal(fake_open("p2p-register", 65536, &first), 0);
	assert_int_equal(fake_open("p2p-register", 65536, &second), 0);
	assert_int_equal(fake.nr_open, 1);
	assert_int_equal(fake.nr_bound, 1);
	assert_int_equal(fake.nr_registered, 1);
	brg_mem_close(first);
	assert_int_equal(fake.nr_registered, 1);
	assert_int_equal(fake_open("p2p-register", 65536, &third), 0);
	brg_mem_close(second);
	assert_int_equal(fake.nr_open, 1);
	brg_mem_close(third);
	assert_int_equal(fake.nr_registered, 0);
}

static void the_file_is_closed_before_the_device_goes_back(void **state)
{
	struct brg_mem *mem;

	assert_int_equal(fake_open("p2p-register", 65536, &mem), 0);
	fake.bound_when_closed = false;
	brg_mem_close(mem);
	assert_true(fake.bound_when_closed);
}

static void one_bar_is_used_in_one_way(void **state)
{
	struct brg_mem *mem, *other;

	assert_int_equal(fake_open("p2p-register", 65536, &mem), 0);
	assert_int_equal(fake_open("bounce", 65536, &other), -EBUSY);
	assert_error("registered for P2P");
	brg_mem_close(mem);
	assert_int_equal(fake_open("bounce", 65536, &mem), 0);
	assert_int_equal(fake_open("p2p-register", 65536, &other), -EBUSY);
	assert_error("bounce");
	assert_int_equal(fake_open("dmabuf", 65536, &other), -EBUSY);
	brg_mem_close(mem);
	assert_int_equal(fake_open("dmabuf", 65536, &mem), 0);
	assert_int_equal(fake_open("dmabuf-pages", 65536, &other), -EBUSY);
	assert_error("exported as dma-bufs:");
	brg_mem_close(mem);
	assert_int_equal(fake_open("dmabuf-pages", 65536, &mem), 0);
	assert_int_equal(fake_open("p2p-register", 65536, &other), -EBUSY);
	assert_error("dma-bufs with pages");
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

	fake.open_result = -EBUSY;
	assert_int_equal(fake_open("p2p-register", 65536, &mem), -EBUSY);
	assert_string_equal(brg_last_error(), "opening failed");
	assert_int_equal(fake.nr_bound, 0);
	fake.open_result = 0;

	fake.register_result = -ENOTTY;
	assert_int_equal(fake_open("p2p-register", 65536, &mem), -ENOTTY);
	assert_string_equal(brg_last_error(), "registering failed");
	assert_int_equal(fake.nr_bound, 0);
	assert_int_equal(fake.nr_open, 0);
	fake.register_result = 0;

	fake.map_result = -ENOMEM;
	assert_int_equal(fake_open("p2p-register", 65536, &mem), -ENOMEM);
	assert_string_equal(brg_last_error(), "mapping failed");
	assert_int_equal(fake.nr_bound, 0);
	assert_int_equal(fake.nr_open, 0);
	assert_int_equal(fake.nr_registered, 0);
	assert_int_equal(fake_open("dmabuf", 65536, &mem), -ENOMEM);
	assert_string_equal(brg_last_error(), "mapping failed");
	assert_int_equal(fake.nr_open, 0);
	fake.map_result = 0;

	fake.export_result = -EOPNOTSUPP;
	assert_int_equal(fake_open("dmabuf-pages", 65536, &mem), -EOPNOTSUPP);
	assert_string_equal(brg_last_error(), "exporting failed");
	assert_int_equal(fake.nr_bound, 0);
	assert_int_equal(fake.nr_open, 0);
	assert_null(mem);
}

static void pins_that_remain_do_not_keep_the_device(void **state)
{
	struct brg_mem *mem;

	fake.unregister_result = -ETIMEDOUT;
	assert_int_equal(fake_open("p2p-register", 65536, &mem), 0);
	brg_mem_close(mem);
	assert_int_equal(fake.nr_open, 0);
	assert_int_equal(fake.nr_bound, 0);
}

static void a_device_on_vfio_pci_stays_there(void **state)
{
	struct brg_mem *mem;

	fake_driver("vfio-pci");
	fake_bind(BDF, "vfio-pci");
	assert_int_equal(fake_open("p2p-register", 65536, &mem), 0);
	assert_int_equal(fake.nr_bound, 0);
	brg_mem_close(mem);
}

static void bounces_take_pieces_of_one_mapping_until_it_is_full(void **state)
{
	struct brg_mem *first, *second, *third = NULL;
	char *a, *b;

	assert_int_equal(fake_open("bounce", 8 * MIB, &first), 0);
	assert_int_equal(fake_open("bounce", 4 * MIB, &second), 0);
	assert_int_equal(fake.nr_mapped, 1);
	a = brg_mem_dev_addr(first);
	b = brg_mem_dev_addr(second);
	assert_ptr_equal(b, a + 8 * MIB);
	assert_int_equal(fake_open("bounce", 8 * MIB, &third), -ENOMEM);
	assert_error("BAR exhausted: 8 MiB wanted, 4 MiB of 16 MiB left");
	brg_mem_close(first);
	assert_int_equal(fake_open("bounce", 8 * MIB, &third), 0);
	assert_ptr_equal(brg_mem_dev_addr(third), a);
	brg_mem_close(second);
	brg_mem_close(third);
}

static void dma_bufs_are_pieces_of_the_bar_as_large_as_the_memory(void **state)
{
	struct brg_mem *first, *second, *third = NULL;

	assert_int_equal(fake_open("dmabuf", 5000, &first), 0);
	assert_int_equal(fake.exported_at, 0);
	assert_int_equal(fake.exported_bytes, 8192);
	assert_false(fake.exported_pages);
	assert_int_equal(fake_open("dmabuf", 15 * MIB, &second), 0);
	assert_int_equal(fake.exported_at, 8192);
	assert_int_equal(fake.nr_open, 1);
	assert_int_equal(fake_open("dmabuf", 2 * MIB, &third), -ENOMEM);
	assert_error("BAR exhausted: 2 MiB wanted");
	/* a failure gives nothing back that belongs to another */
	brg_mem_close(second);
	assert_int_equal(fake_open("dmabuf", 4096, &third), 0);
	assert_int_equal(fake.exported_at, 8192);
	brg_mem_close(first);
	brg_mem_close(third);
}

static void dma_bufs_with_pages_come_2_mib_at_a_time(void **state)
{
	struct brg_mem_params params = {
		.bdf = BDF,
		.bar = 2,
		.offset_bytes = MIB,
		.size_bytes = 4096,
	};
	const struct brg_mem_ops *ops = brg_mem_find("dmabuf-pages");
	struct brg_mem *first, *second;

	assert_int_equal(brg_mem_open(ops, &params, &first), -EINVAL);
	assert_error("multiple of 2097152");
	assert_int_equal(fake.nr_bound, 0);
	params.offset_bytes = 4 * MIB;
	assert_int_equal(brg_mem_open(ops, &params, &first), 0);
	assert_int_equal(fake.exported_at, 4 * MIB);
	assert_int_equal(fake.exported_bytes, 2 * MIB);
	assert_true(fake.exported_pages);
	assert_int_equal(brg_mem_size(first), 4096);
	assert_int_equal(brg_mem_open(ops, &params, &second), 0);
	assert_int_equal(fake.exported_at, 6 * MIB);
	brg_mem_close(first);
	brg_mem_close(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAKE_KERNEL_TEST(allocations_share_one_registration),
		FAKE_KERNEL_TEST(
			the_file_is_closed_before_the_device_goes_back),
		FAKE_KERNEL_TEST(one_bar_is_used_in_one_way),
		FAKE_KERNEL_TEST(a_second_range_must_be_the_same),
		FAKE_KERNEL_TEST(
			what_is_out_of_the_bar_is_refused_before_binding),
		FAKE_KERNEL_TEST(whatever_fails_the_device_goes_back),
		FAKE_KERNEL_TEST(pins_that_remain_do_not_keep_the_device),
		FAKE_KERNEL_TEST(a_device_on_vfio_pci_stays_there),
		FAKE_KERNEL_TEST(
			bounces_take_pieces_of_one_mapping_until_it_is_full),
		FAKE_KERNEL_TEST(
			dma_bufs_are_pieces_of_the_bar_as_large_as_the_memory),
		FAKE_KERNEL_TEST(dma_bufs_with_pages_come_2_mib_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
