// SPDX-License-Identifier: GPL-2.0-only
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/pci.h>

#include <errno.h>

static void an_address_is_written_in_full(void **state)
{
	static const struct {
		const char *text, *full;
	} good[] = {
		{ "0000:01:00.0", "0000:01:00.0" },
		{ "01:00.0", "0000:01:00.0" },
		{ "0000:AB:1F.7", "0000:ab:1f.7" },
		{ "10000:e1:00.0", "10000:e1:00.0" },
		{ "0001:ff:1f.7", "0001:ff:1f.7" },
	};
	char bdf[BRG_PCI_BDF_BYTES];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(brg_pci_parse_bdf(good[i].text, bdf), 0);
		assert_string_equal(bdf, good[i].full);
	}
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"nvme0",
		"0000:01:00",
		"0000:01:00.8",
		"0000:01:20.0",
		"0000:01:00.0 ",
		" 0000:01:00.0",
		"01:00.0x",
		"0000:01:00.00",
		"0x00:01:00.0",
		"-1:01:00.0",
		"0000:01:-1.0",
		"01.00.0",
		"../../etc",
		"0000:01:00.0/..",
		":::.",
		"0000::00.0",
		"000000000:01:00.0",
	};
	char bdf[BRG_PCI_BDF_BYTES] = "untouched";
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (brg_pci_parse_bdf(bad[i], bdf) != -EINVAL)
			fail_msg("\"%s\" was taken for %s", bad[i], bdf);
		assert_error(bad[i]);
		assert_error("0000:01:00.0");
		assert_string_equal(bdf, "untouched");
	}
	assert_int_equal(brg_pci_parse_bdf(NULL, bdf), -EINVAL);
}

static void a_device_is_read(void **state)
{
	struct brg_pci pci;

	fake_device("0000:01:00.0", "1af4:1110", "050000", 5);
	fake_driver("vfio-pci");
	fake_bind("0000:01:00.0", "vfio-pci");
	fake_file("bus/pci/devices/0000:01:00.0/driver_override", "vfio-pci\n");
	assert_int_equal(brg_pci_read("01:00.0", &pci), 0);
	assert_string_equal(pci.bdf, "0000:01:00.0");
	assert_int_equal(pci.vendor, 0x1af4);
	assert_int_equal(pci.device, 0x1110);
	assert_int_equal(pci.class_code, 0x050000);
	assert_string_equal(pci.driver, "vfio-pci");
	assert_string_equal(pci.driver_override, "vfio-pci");
	assert_int_equal(pci.iommu_group, 5);
}

static void a_device_may_have_neither_driver_nor_group(void **state)
{
	struct brg_pci pci;

	fake_device("0000:02:00.0", "8086:0001", "010802", -1);
	assert_int_equal(brg_pci_read("0000:02:00.0", &pci), 0);
	assert_string_equal(pci.driver, "");
	assert_string_equal(pci.driver_override, "");
	assert_int_equal(pci.iommu_group, -1);
}

static void bars_of_every_sort_are_told_apart(void **state)
{
	struct brg_pci pci;

	fake_device("0000:01:00.0", "1b36:0010", "010802", 1);
	fake_bar("0000:01:00.0", 0, 0xfe000000, 0x4000, FAKE_MEM32);
	fake_bar("0000:01:00.0", 1, 0xc000, 0x40, FAKE_IO);
	fake_bar("0000:01:00.0", 2, 0x3800000000, 0x4000000000, FAKE_MEM64);
	assert_int_equal(brg_pci_read("0000:01:00.0", &pci), 0);

	assert_int_equal(pci.bars[0].start, 0xfe000000);
	assert_int_equal(pci.bars[0].size_bytes, 0x4000);
	assert_true(pci.bars[0].memory);
	assert_false(pci.bars[0].is_64bit);
	assert_false(pci.bars[0].prefetchable);

	assert_int_equal(pci.bars[1].size_bytes, 0x40);
	assert_false(pci.bars[1].memory);

	assert_true(pci.bars[2].start == 0x3800000000);
	assert_true(pci.bars[2].size_bytes == 0x4000000000);
	assert_true(pci.bars[2].is_64bit);
	assert_true(pci.bars[2].prefetchable);
	assert_int_equal(pci.bars[3].size_bytes, 0);
}

static void the_expansion_rom_is_no_bar(void **state)
{
	struct brg_pci pci;
	unsigned int i;

	fake_device("0000:01:00.0", "1b36:0010", "010802", 1);
	fake_bar("0000:01:00.0", 6, 0xfe000000, 0x10000, FAKE_MEM32);
	assert_int_equal(brg_pci_read("0000:01:00.0", &pci), 0);
	for (i = 0; i < BRG_PCI_NR_BARS; i++)
		assert_int_equal(pci.bars[i].size_bytes, 0);
}

static void a_damaged_resource_file_is_an_error(void **state)
{
	struct brg_pci pci;

	fake_device("0000:01:00.0", "1b36:0010", "010802", 1);
	fake_file("bus/pci/devices/0000:01:00.0/resource", "rubbish\n");
	assert_int_equal(brg_pci_read("0000:01:00.0", &pci), -EINVAL);
}

static void a_missing_device_names_those_that_could_serve(void **state)
{
	struct brg_pci pci;

	fake_device("0000:01:00.0", "1af4:1110", "050000", 5);
	fake_bar("0000:01:00.0", 2, 0x3800000000, 64 << 20, FAKE_MEM64);
	fake_device("0000:02:00.0", "1b36:0010", "010802", 6);
	fake_bar("0000:02:00.0", 0, 0xfe000000, 0x4000, FAKE_MEM32);
	assert_int_equal(brg_pci_read("0000:99:00.0", &pci), -ENODEV);
	assert_error("0000:99:00.0: no such PCI device");
	assert_error("0000:01:00.0 (BAR2 64 MiB)");
	assert_null(strstr(brg_last_error(), "0000:02:00.0"));
}

static void a_missing_device_where_none_could_serve(void **state)
{
	struct brg_pci pci;

	assert_int_equal(brg_pci_read("0000:99:00.0", &pci), -ENODEV);
	assert_error("there are: none");
}

static void a_bar_that_is_not_there_names_those_that_are(void **state)
{
	struct brg_pci pci;

	fake_device("0000:01:00.0", "1b36:0010", "010802", 1);
	fake_bar("0000:01:00.0", 0, 0xfe000000, 0x4000, FAKE_MEM32);
	fake_bar("0000:01:00.0", 1, 0xc000, 0x40, FAKE_IO);
	fake_bar("0000:01:00.0", 4, 0x3800000000, 64 << 20, FAKE_MEM64);
	fake_bar("0000:01:00.0", 5, 0, 4096, FAKE_MEM32 | 0x20000000);
	assert_int_equal(brg_pci_read("0000:01:00.0", &pci), 0);
	assert_int_equal(brg_pci_check_bar(&pci, 4), 0);
	assert_int_equal(brg_pci_check_bar(&pci, 3), -EINVAL);
	assert_error("BAR3: there is no such BAR");
	assert_error("BAR0 16 KiB, BAR4 64 MiB");
	assert_int_equal(brg_pci_check_bar(&pci, 6), -EINVAL);
	assert_int_equal(brg_pci_check_bar(&pci, ~0u), -EINVAL);
	assert_int_equal(brg_pci_check_bar(&pci, 1), -EINVAL);
	assert_error("I/O ports");
	assert_int_equal(brg_pci_check_bar(&pci, 5), -EINVAL);
	assert_error("no address");
}

static int collect(const struct brg_pci *pci, void *arg)
{
	strcat(arg, pci->bdf);
	strcat(arg, " ");
	return !strcmp(pci->bdf, "0000:02:00.0") ? 5 : 0;
}

static void a_walk_is_in_order_and_can_be_ended(void **state)
{
	char seen[256] = "";

	fake_device("0000:02:00.0", "8086:0001", "010802", 1);
	fake_device("0000:00:1f.2", "8086:0002", "010601", 2);
	fake_device("0000:03:00.0", "8086:0003", "010802", 3);
	assert_int_equal(brg_pci_walk(collect, seen), 5);
	assert_string_equal(seen, "0000:00:1f.2 0000:02:00.0 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_written_in_full),
		cmocka_unit_test(what_is_no_address_is_refused),
		FAKE_SYSFS_TEST(a_device_is_read),
		FAKE_SYSFS_TEST(a_device_may_have_neither_driver_nor_group),
		FAKE_SYSFS_TEST(bars_of_every_sort_are_told_apart),
		FAKE_SYSFS_TEST(the_expansion_rom_is_no_bar),
		FAKE_SYSFS_TEST(a_damaged_resource_file_is_an_error),
		FAKE_SYSFS_TEST(a_missing_device_names_those_that_could_serve),
		FAKE_SYSFS_TEST(a_missing_device_where_none_could_serve),
		FAKE_SYSFS_TEST(a_bar_that_is_not_there_names_those_that_are),
		FAKE_SYSFS_TEST(a_walk_is_in_order_and_can_be_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
