// SPDX-License-Identifier: GPL-2.0-only
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/pci.h>

#include <errno.h>

#define PROVIDER "0000:01:00.0"
#define NEIGHBOUR "0000:01:00.1"

static int check_with_neighbour(const char *driver)
{
	struct brg_pci pci;

	fake_device(PROVIDER, "1af4:1110", "050000", 5);
	fake_device(NEIGHBOUR, "8086:1234", "020000", 5);
	fake_bind(NEIGHBOUR, driver);
	assert_int_equal(brg_pci_read(PROVIDER, &pci), 0);
	return brg_pci_check_group(&pci);
}

static void a_group_of_its_own_is_fine(void **state)
{
	struct brg_pci pci;

	fake_device(PROVIDER, "1af4:1110", "050000", 5);
	fake_bind(PROVIDER, "vfio-pci");
	assert_int_equal(brg_pci_read(PROVIDER, &pci), 0);
	assert_int_equal(brg_pci_check_group(&pci), 0);
}

static void its_own_driver_does_not_count(void **state)
{
	struct brg_pci pci;

	fake_device(PROVIDER, "1af4:1110", "050000", 5);
	fake_bind(PROVIDER, "nvme");
	assert_int_equal(brg_pci_read(PROVIDER, &pci), 0);
	assert_int_equal(brg_pci_check_group(&pci), 0);
}

static void a_neighbour_that_cannot_do_dma_is_fine(void **state)
{
	static const char *const harmless[] = { NULL, "vfio-pci", "pci-stub",
						"pcieport" };
	size_t i;

	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		assert_int_equal(check_with_neighbour(harmless[i]), 0);
}

static void a_neighbour_with_a_driver_is_refused_by_name(void **state)
{
	assert_int_equal(check_with_neighbour("e1000e"), -EBUSY);
	assert_error(PROVIDER);
	assert_error("group 5");
	assert_error(NEIGHBOUR);
	assert_error("e1000e");
}

static void no_group_says_how_to_get_one(void **state)
{
	struct brg_pci pci;

	fake_device(PROVIDER, "1af4:1110", "050000", -1);
	assert_int_equal(brg_pci_read(PROVIDER, &pci), 0);
	assert_int_equal(brg_pci_check_group(&pci), -EOPNOTSUPP);
	assert_error("no IOMMU group");
	assert_error("intel_iommu=on");
}

static void a_group_that_cannot_be_read_is_refused(void **state)
{
	struct brg_pci pci;

	fake_device(PROVIDER, "1af4:1110", "050000", -1);
	assert_int_equal(brg_pci_read(PROVIDER, &pci), 0);
	pci.iommu_group = 77;
	assert_int_equal(brg_pci_check_group(&pci), -ENOENT);
	assert_error("iommu_groups/77");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAKE_SYSFS_TEST(a_group_of_its_own_is_fine),
		FAKE_SYSFS_TEST(its_own_driver_does_not_count),
		FAKE_SYSFS_TEST(a_neighbour_that_cannot_do_dma_is_fine),
		FAKE_SYSFS_TEST(a_neighbour_with_a_driver_is_refused_by_name),
		FAKE_SYSFS_TEST(no_group_says_how_to_get_one),
		FAKE_SYSFS_TEST(a_group_that_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
