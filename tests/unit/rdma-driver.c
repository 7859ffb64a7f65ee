// SPDX-License-Identifier: GPL-2.0-only
/* what is known about RDMA drivers, and errors of memory regions in words */
#include "test.h"

#include "verbs-priv.h"

#include <errno.h>
#include <rdma/ib_user_ioctl_verbs.h>
#include <stdio.h>

static void every_driver_is_found_both_ways(void **state)
{
	static const char *const names[] = {
		"mlx5", "irdma", "efa",	  "bnxt_re", "mana", "ionic",
		"rxe",	"siw",	 "cxgb4", "hns",     "mlx4",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct brg_rdma_driver *driver =
			brg_rdma_driver_by_name(names[i]);

		assert_string_equal(driver->name, names[i]);
		assert_ptr_equal(brg_rdma_driver_by_id(driver->id), driver);
		assert_contains(driver->source, "drivers/infiniband/");
	}
	assert_string_equal(brg_rdma_driver_by_id(4711)->name, "unknown");
	assert_string_equal(brg_rdma_driver_by_name("mlx")->name, "unknown");
	assert_int_equal(brg_rdma_driver_by_name("")->attach,
			 BRG_RDMA_ATTACH_UNKNOWN);
}

static void vfio_takes_those_whose_mappings_it_can_revoke(void **state)
{
	static const char *const taken[] = { "mlx5", "irdma" };
	static const char *const refused[] = { "efa",	"bnxt_re", "mana",
					       "ionic", "rxe",	   "siw",
					       "mlx4",	"unknown" };
	size_t i;

	for (i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		assert_true(brg_rdma_attach_is_accepted(
			brg_rdma_driver_by_name(taken[i])->attach));
	for (i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		assert_false(brg_rdma_attach_is_accepted(
			brg_rdma_driver_by_name(refused[i])->attach));
}

static struct brg_verbs device(const char *driver)
{
	return (struct brg_verbs){
		.info = { .name = "card0",
			  .driver = brg_rdma_driver_by_name(driver) },
		.max_mr_bytes = 1ull << 40,
		.max_mr = 128,
	};
}

static const char *explain(const char *driver, int err, uint64_t offset,
			   uint64_t bytes, uint64_t iova, int64_t size)
{
	static char text[512];
	const struct brg_verbs verbs = device(driver);
	const struct brg_verbs_dmabuf dmabuf = {
		.fd = 0,
		.offset = offset,
		.bytes = bytes,
		.iova = iova,
	};

	brg_verbs_explain_dmabuf(&verbs, err, &dmabuf, size, text,
				 sizeof(text));
	return text;
}

static void a_refusal_names_the_driver_and_why(void **state)
{
	static const char *const pinned[] = { "efa", "bnxt_re", "mana",
					      "ionic" };
	size_t i;

	for (i = 0; i < sizeof(pinned) / sizeof(*pinned); i++) {
		const char *text =
			explain(pinned[i], -EOPNOTSUPP, 0, 4096, 0, 4096);

		assert_contains(text, pinned[i]);
		assert_contains(text, "pins a dma-buf for good");
		assert_contains(text, "drivers/infiniband/hw/");
	}
	assert_contains(explain("siw", -EOPNOTSUPP, 0, 4096, 0, 4096),
			"no dma-buf memory regions");
	assert_contains(explain("mlx5", -EOPNOTSUPP, 0, 4096, 0, 4096),
			"CONFIG_INFINIBAND_ON_DEMAND_PAGING");
	assert_contains(explain("unknown", -EOPNOTSUPP, 0, 4096, 0, 4096),
			"not known");
	/* where there are some after all, they were refused for other reasons */
	assert_contains(explain("rxe", -EOPNOTSUPP, 0, 4096, 0, 4096),
			"no dma-buf memory regions as released");
	assert_contains(explain("rxe", -EOPNOTSUPP, 0, 4096, 0, 4096),
			"peer-to-peer way");
}

static void each_errno_of_a_dma_buf_has_a_line(void **state)
{
	assert_contains(explain("mlx5", -EBADF, 0, 4096, 0, -EBADF),
			"no such file is open");
	assert_contains(explain("mlx5", -ENODEV, 0, 4096, 0, 4096), "revoked");
	assert_contains(explain("mlx5", -EINVAL, 0, 0, 0, 4096), "a byte");
	assert_contains(explain("mlx5", -EINVAL, 1, 4096, 0, 8192),
			"differ within a page");
	assert_contains(explain("mlx5", -EINVAL, 0, 4096, 0, -EINVAL),
			"not a dma-buf");
	assert_contains(explain("mlx5", -EINVAL, 4096, 4097, 0, 8192),
			"ends at 8192");
	assert_contains(explain("mlx5", -EINVAL, -4096ull, 8192, 0, 8192),
			"overflow");
	assert_contains(explain("mlx5", -EINVAL, 0, 4096, 0, 4096),
			"does not take a region like this");
	assert_contains(explain("mlx5", -EPERM, 0, 4096, 0, 4096),
			strerror(EPERM));
}

static void limits_of_the_device_are_named(void **state)
{
	assert_contains(explain("irdma", -EINVAL, 0, (1ull << 40) + 4096, 0,
				1ull << 41),
			"max_mr_size");
	assert_contains(explain("irdma", -ENOMEM, 0, 4096, 0, 4096),
			"all 128 regions");
	assert_contains(explain("irdma", -ENOMEM, 0, 1ull << 41, 0, 1ull << 41),
			"max_mr_size");
}

static const char *explain_host(int err, uint64_t bytes, uint64_t memlock)
{
	static char text[512];
	const struct brg_verbs verbs = device("mlx5");

	brg_verbs_explain_host(&verbs, err, bytes, memlock, text, sizeof(text));
	return text;
}

static void each_errno_of_host_memory_has_a_line(void **state)
{
	assert_contains(explain_host(-ENOMEM, 4096, 65536),
			"may lock 65536 bytes");
	assert_contains(explain_host(-ENOMEM, 4096, 65536), "ulimit -l");
	assert_contains(explain_host(-ENOMEM, 4096, UINT64_MAX),
			"all 128 regions");
	assert_contains(explain_host(-ENOMEM, 1ull << 41, 65536),
			"max_mr_size");
	assert_contains(explain_host(-EFAULT, 4096, UINT64_MAX),
			"register a dma-buf of the BAR");
	assert_contains(explain_host(-EINVAL, 0, UINT64_MAX), "a byte");
	assert_contains(explain_host(-EINVAL, 4096, UINT64_MAX), "overflow");
	assert_contains(explain_host(-EPERM, 4096, 0), "no memory at all");
	assert_contains(explain_host(-EPERM, 4096, 4096), strerror(EPERM));
	assert_contains(explain_host(-EOPNOTSUPP, 4096, 0), "encrypted");
}

static void statuses_are_words(void **state)
{
	char text[160];
	uint32_t status;

	for (status = 0; status < 23; status++) {
		brg_verbs_status_text(status, text, sizeof(text));
		assert_contains(text, "status");
		if (status)
			assert_true(brg_verbs_status_errno(status) < 0);
	}
	assert_int_equal(brg_verbs_status_errno(0), 0);
	brg_verbs_status_text(10, text, sizeof(text));
	assert_contains(text, "the other end's region does not allow it");
	assert_int_equal(brg_verbs_status_errno(10), -EACCES);
	brg_verbs_status_text(4711, text, sizeof(text));
	assert_contains(text, "4711, which libibverbs does not know");
	assert_int_equal(brg_verbs_status_errno(4711), -EIO);
	assert_int_equal(brg_verbs_status_errno(UINT32_MAX), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_driver_is_found_both_ways),
		cmocka_unit_test(vfio_takes_those_whose_mappings_it_can_revoke),
		cmocka_unit_test(a_refusal_names_the_driver_and_why),
		cmocka_unit_test(each_errno_of_a_dma_buf_has_a_line),
		cmocka_unit_test(limits_of_the_device_are_named),
		cmocka_unit_test(each_errno_of_host_memory_has_a_line),
		cmocka_unit_test(statuses_are_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
