// SPDX-License-Identifier: GPL-2.0-only
/* an NVMe controller's registers, played by the test */
#include "test.h"

#include <linux/vfio.h>

#include <errno.h>

#include <barrage/quirk.h>

#define CAP_HIGH 0x4
#define PMRCAP 0xe00
#define PMRCTL 0xe04
#define PMRSTS 0xe08
#define NOT_READY 0x100

static uint32_t cap_high, pmrcap, pmrctl;
static int polls_until_ready, nr_writes, read_result;

int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len);
int __wrap_brg_vfio_write(const struct brg_vfio *vfio, uint32_t index,
			  uint64_t offset, const void *buf, size_t len);

int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len)
{
	uint32_t value = 0;

	assert_int_equal(index, VFIO_PCI_BAR0_REGION_INDEX);
	assert_int_equal(len, 4);
	if (read_result)
		return read_result;
	if (offset == CAP_HIGH)
		value = cap_high;
	else if (offset == PMRCAP)
		value = pmrcap;
	else if (offset == PMRSTS)
		value = polls_until_ready-- > 0 || !(pmrctl & 1) ? NOT_READY :
								   0;
	else
		fail_msg("read of %#llx", (unsigned long long)offset);
	memcpy(buf, &value, sizeof(value));
	return 0;
}

int __wrap_brg_vfio_write(const struct brg_vfio *vfio, uint32_t index,
			  uint64_t offset, const void *buf, size_t len)
{
	assert_int_equal(index, VFIO_PCI_BAR0_REGION_INDEX);
	assert_int_equal(offset, PMRCTL);
	assert_int_equal(len, 4);
	memcpy(&pmrctl, buf, sizeof(pmrctl));
	nr_writes++;
	return 0;
}

static int setup(void **state)
{
	cap_high = 1u << 24; /* CAP.PMRS */
	pmrcap = 4u << 5; /* in BAR4 */
	pmrctl = 0;
	polls_until_ready = 0;
	nr_writes = 0;
	read_result = 0;
	return 0;
}

static int prepare(uint32_t class_code, unsigned int bar)
{
	const struct brg_vfio vfio = { .bdf = "0000:02:00.0", .fd = -1 };
	const struct brg_pci pci = { .class_code = class_code };

	return brg_quirk_prepare(&vfio, &pci, bar);
}

static void the_persistent_memory_region_is_enabled(void **state)
{
	assert_int_equal(prepare(BRG_PCI_CLASS_NVME, 4), 0);
	assert_int_equal(pmrctl, 1);
	assert_int_equal(nr_writes, 1);
}

static void it_is_waited_for(void **state)
{
	polls_until_ready = 5;
	assert_int_equal(prepare(BRG_PCI_CLASS_NVME, 4), 0);
	assert_true(polls_until_ready <= 0);
}

static void the_wait_has_an_end(void **state)
{
	polls_until_ready = 1000000;
	assert_int_equal(prepare(BRG_PCI_CLASS_NVME, 4), -ETIMEDOUT);
	assert_error("0000:02:00.0");
	assert_error("not become ready");
}

static void another_bar_is_left_alone(void **state)
{
	assert_int_equal(prepare(BRG_PCI_CLASS_NVME, 0), 0);
	assert_int_equal(nr_writes, 0);
}

static void an_nvme_without_the_region_is_left_alone(void **state)
{
	cap_high = 0;
	assert_int_equal(prepare(BRG_PCI_CLASS_NVME, 4), 0);
	assert_int_equal(nr_writes, 0);
}

static void other_classes_are_not_even_read(void **state)
{
	read_result = -EIO;
	assert_int_equal(prepare(0x050000, 4), 0);
	assert_int_equal(prepare(0x010801, 4), 0);
	assert_int_equal(prepare(BRG_PCI_CLASS_NVME, 4), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_persistent_memory_region_is_enabled,
				       setup),
		cmocka_unit_test_setup(it_is_waited_for, setup),
		cmocka_unit_test_setup(the_wait_has_an_end, setup),
		cmocka_unit_test_setup(another_bar_is_left_alone, setup),
		cmocka_unit_test_setup(an_nvme_without_the_region_is_left_alone,
				       setup),
		cmocka_unit_test_setup(other_classes_are_not_even_read, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
