// SPDX-License-Identifier: GPL-2.0-only
/* A controller's memory that is enabled after a reset, in a file in place of a device */
#include "../../tests/unit/test.h"

#include <linux/pci_regs.h>
#include <pthread.h>
#include <sys/mman.h>

#define ENABLE_LIMIT_NS limit_ns
static uint64_t limit_ns;
#include "../engine/device.c"

#define REGISTERS 0
#define LONG_NS 60000000000ull
#define BAR 4

static struct promise off;

static void set(int fd, unsigned int region, unsigned int offset,
		uint32_t value)
{
	assert_int_equal(pwrite(fd, &value, 4, device_at(region, offset)), 4);
}

/* NVM Express Base Specification 2.0, 3.1.4: PMRSTS.NRDY is 1 << 8 */
static void set_ready(int fd, bool ready)
{
	set(fd, REGISTERS, 0x0e08, ready ? 0 : 1 << 8);
}

static bool is_begun(int fd)
{
	uint32_t control = 0;

	assert_int_equal(pread(fd, &control, 4, device_at(REGISTERS, 0x0e04)),
			 4);
	return control & 1;
}

static struct device controller(bool ready)
{
	struct device device = {
		.vfio = memfd_create("controller", MFD_CLOEXEC),
		.bar = BAR,
		.pmr = true,
		.off = &off,
	};

	assert_true(device.vfio >= 0);
	set(device.vfio, VFIO_PCI_CONFIG_REGION_INDEX, PCI_CLASS_REVISION,
	    0x010802 << 8);
	set(device.vfio, REGISTERS, 0x0004, 1 << 24); /* CAP.PMRS */
	set(device.vfio, REGISTERS, 0x0e00, BAR << 5); /* PMRCAP.BIR */
	set(device.vfio, REGISTERS, 0x0e04, 0);
	set_ready(device.vfio, ready);
	off = (struct promise){};
	return device;
}

static void *enable_it(void *device)
{
	return (void *)(intptr_t)device_enable(device);
}

static void await_begun(int fd)
{
	uint64_t end_ns = engine_now_ns() + LONG_NS / 2;

	while (!is_begun(fd))
		assert_true(engine_now_ns() < end_ns);
}

static void memory_is_ready_when_it_says_so(void **state)
{
	struct device device = controller(true);

	limit_ns = LONG_NS;
	assert_int_equal(device_enable(&device), 1);
	assert_true(is_begun(device.vfio));
	close(device.vfio);
}

static void it_is_waited_for(void **state)
{
	struct device device = controller(false);
	pthread_t thread;
	void *ret;

	limit_ns = LONG_NS;
	assert_int_equal(pthread_create(&thread, NULL, enable_it, &device), 0);
	await_begun(device.vfio);
	set_ready(device.vfio, true);
	assert_int_equal(pthread_join(thread, &ret), 0);
	assert_int_equal((intptr_t)ret, 1);
	close(device.vfio);
}

static void who_closes_the_file_does_not_wait_for_that(void **state)
{
	struct device device = controller(false);
	uint64_t begin_ns = engine_now_ns();
	pthread_t thread;
	void *ret;

	limit_ns = LONG_NS;
	assert_int_equal(pthread_create(&thread, NULL, enable_it, &device), 0);
	await_begun(device.vfio);
	device_leave(&device);
	assert_int_equal(pthread_join(thread, &ret), 0);
	assert_int_equal((intptr_t)ret, 0);
	assert_true(engine_now_ns() - begin_ns < LONG_NS);
}

static void memory_that_stays_off_is_an_error(void **state)
{
	struct device device = controller(false);

	limit_ns = 1000000;
	assert_int_equal(power_end(&device, POWER_RESET), -ETIMEDOUT);
	close(device.vfio);
}

/* it has reset the device, or turned it off, and enables the memory after that */
static void unless_another_one_has_it_off(void **state)
{
	struct device device = controller(false);
	uint32_t number = promise_begin(&off);

	limit_ns = 1000000;
	assert_int_equal(power_end(&device, POWER_RESET), 0);
	promise_end(&off, number, false);
	assert_int_equal(power_end(&device, POWER_RESET), -ETIMEDOUT);
	close(device.vfio);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_ready_when_it_says_so),
		cmocka_unit_test(it_is_waited_for),
		cmocka_unit_test(who_closes_the_file_does_not_wait_for_that),
		cmocka_unit_test(memory_that_stays_off_is_an_error),
		cmocka_unit_test(unless_another_one_has_it_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
