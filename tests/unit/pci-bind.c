// SPDX-License-Identifier: GPL-2.0-only
/*
 * The linker puts __wrap_brg_sysfs_write() between the library and the files:
 * there it plays the kernel, which moves the "driver" link when "bind" and
 * "unbind" are written, and keeps a list of what was written.
 */
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/cleanup.h>
#include <barrage/pci.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <stdio.h>

#define BDF "0000:01:00.0"
#define OVERRIDE "bus/pci/devices/" BDF "/driver_override"

static char written[1024];
static const char *fail_path;
static int fail_errno;
static struct brg_cleanup_step plan[BRG_CLEANUP_MAX_STEPS];
static size_t nr_plan;
static int nr_added, nr_dropped, add_result;

__attribute__((format(printf, 2, 3))) int
__wrap_brg_sysfs_write(const char *text, const char *fmt, ...);
int __wrap_brg_cleanup_add(const struct brg_cleanup_step *steps,
			   size_t nr_steps, uint64_t *idp);
void __wrap_brg_cleanup_drop(uint64_t id);

int __wrap_brg_sysfs_write(const char *text, const char *fmt, ...)
{
	char part[256], driver[64], what[16];
	va_list ap;
	size_t used = strlen(written);

	va_start(ap, fmt);
	vsnprintf(part, sizeof(part), fmt, ap);
	va_end(ap);
	snprintf(written + used, sizeof(written) - used, "%s<%s ",
		 strncmp(part, "bus/pci/", 8) ? part : part + 8,
		 *text == '\n' ? "none" : text);
	if (fail_path && !strcmp(part, fail_path))
		return fail_errno;
	if (sscanf(part, "bus/pci/drivers/%63[^/]/%15s", driver, what) == 2)
		fake_bind(text, strcmp(what, "bind") ? NULL : driver);
	else
		fake_file(part, text);
	return 0;
}

int __wrap_brg_cleanup_add(const struct brg_cleanup_step *steps,
			   size_t nr_steps, uint64_t *idp)
{
	if (add_result)
		return brg_fail(add_result, "no guardian");
	/* the plan has to be there before anything is changed */
	assert_string_equal(written, "");
	memcpy(plan, steps, nr_steps * sizeof(*steps));
	nr_plan = nr_steps;
	nr_added++;
	*idp = 42;
	return 0;
}

void __wrap_brg_cleanup_drop(uint64_t id)
{
	assert_int_equal(id, 42);
	nr_dropped++;
}

static int setup(void **state)
{
	written[0] = '\0';
	fail_path = NULL;
	add_result = 0;
	nr_plan = 0;
	nr_added = 0;
	nr_dropped = 0;
	if (fake_sysfs_setup(state))
		return -1;
	fake_device(BDF, "1b36:0010", "010802", 5);
	fake_driver("vfio-pci");
	fake_driver("nvme");
	return 0;
}

static const char *driver_now(void)
{
	static struct brg_pci pci;

	assert_int_equal(brg_pci_read(BDF, &pci), 0);
	return pci.driver;
}

static void a_free_device_is_bound_and_freed(void **state)
{
	struct brg_pci_binding binding;

	assert_int_equal(brg_pci_bind("01:00.0", "vfio-pci", &binding), 0);
	assert_string_equal(written, "devices/" BDF "/driver_override<vfio-pci "
				     "drivers/vfio-pci/bind<" BDF " ");
	assert_string_equal(driver_now(), "vfio-pci");

	written[0] = '\0';
	assert_int_equal(brg_pci_restore(&binding), 0);
	assert_string_equal(written, "devices/" BDF "/driver_override<none "
				     "drivers/vfio-pci/unbind<" BDF " ");
	assert_string_equal(driver_now(), "");
	assert_int_equal(nr_added, 1);
	assert_int_equal(nr_dropped, 1);
}

static void a_driver_gets_its_device_back(void **state)
{
	struct brg_pci_binding binding;

	fake_bind(BDF, "nvme");
	assert_int_equal(brg_pci_bind(BDF, "vfio-pci", &binding), 0);
	assert_string_equal(written, "drivers/nvme/unbind<" BDF " "
				     "devices/" BDF "/driver_override<vfio-pci "
				     "drivers/vfio-pci/bind<" BDF " ");

	written[0] = '\0';
	assert_int_equal(brg_pci_restore(&binding), 0);
	assert_string_equal(written, "devices/" BDF "/driver_override<none "
				     "drivers/vfio-pci/unbind<" BDF " "
				     "drivers/nvme/bind<" BDF " ");
	assert_string_equal(driver_now(), "nvme");
}

static void the_guardian_is_told_the_same_steps(void **state)
{
	struct brg_pci_binding binding;

	fake_bind(BDF, "nvme");
	fake_file(OVERRIDE, "nvme\n");
	assert_int_equal(brg_pci_bind(BDF, "vfio-pci", &binding), 0);
	assert_int_equal(nr_plan, 3);
	assert_string_equal(plan[0].path, fake_path(OVERRIDE));
	assert_string_equal(plan[0].text, "nvme");
	assert_string_equal(plan[1].path,
			    fake_path("bus/pci/drivers/vfio-pci/unbind"));
	assert_string_equal(plan[1].text, BDF);
	assert_string_equal(plan[2].path,
			    fake_path("bus/pci/drivers/nvme/bind"));
	assert_string_equal(plan[2].text, BDF);
}

static void an_override_comes_back(void **state)
{
	struct brg_pci_binding binding;

	fake_file(OVERRIDE, "nvme\n");
	assert_int_equal(brg_pci_bind(BDF, "vfio-pci", &binding), 0);
	assert_string_equal(fake_text(OVERRIDE), "vfio-pci");
	assert_int_equal(brg_pci_restore(&binding), 0);
	assert_string_equal(fake_text(OVERRIDE), "nvme");
}

static void a_device_that_is_there_already_is_left_there(void **state)
{
	struct brg_pci_binding binding;

	fake_bind(BDF, "vfio-pci");
	assert_int_equal(brg_pci_bind(BDF, "vfio-pci", &binding), 0);
	assert_int_equal(brg_pci_restore(&binding), 0);
	assert_string_equal(written, "");
	assert_string_equal(driver_now(), "vfio-pci");
	assert_int_equal(nr_added, 0);
}

static void restoring_twice_does_nothing_more(void **state)
{
	struct brg_pci_binding binding;

	assert_int_equal(brg_pci_bind(BDF, "vfio-pci", &binding), 0);
	assert_int_equal(brg_pci_restore(&binding), 0);
	written[0] = '\0';
	assert_int_equal(brg_pci_restore(&binding), 0);
	assert_string_equal(written, "");
}

static void a_bind_that_fails_puts_everything_back(void **state)
{
	struct brg_pci_binding binding = { .bdf = "untouched" };

	fake_bind(BDF, "nvme");
	fail_path = "bus/pci/drivers/vfio-pci/bind";
	fail_errno = -EIO;
	assert_int_equal(brg_pci_bind(BDF, "vfio-pci", &binding), -EIO);
	assert_error(BDF ": cannot bind it to vfio-pci");
	assert_string_equal(binding.bdf, "untouched");
	assert_string_equal(driver_now(), "nvme");
	assert_string_equal(fake_text(OVERRIDE), "\n");
	assert_int_equal(nr_dropped, 1);
}

static void an_unbind_that_fails_leaves_the_driver(void **state)
{
	struct brg_pci_binding binding;

	fake_bind(BDF, "nvme");
	fail_path = "bus/pci/drivers/nvme/unbind";
	fail_errno = -EACCES;
	assert_int_equal(brg_pci_bind(BDF, "vfio-pci", &binding), -EACCES);
	assert_error("unbind it from nvme");
	assert_error("root is needed");
	assert_string_equal(driver_now(), "nvme");
}

static void a_restore_that_fails_is_left_to_the_guardian(void **state)
{
	struct brg_pci_binding binding;

	fake_bind(BDF, "nvme");
	assert_int_equal(brg_pci_bind(BDF, "vfio-pci", &binding), 0);
	fail_path = "bus/pci/drivers/nvme/bind";
	fail_errno = -EIO;
	assert_int_equal(brg_pci_restore(&binding), -EIO);
	assert_error("bind it to the driver it had");
	assert_int_equal(nr_dropped, 0);
}

static void a_device_somebody_took_meanwhile_stays_with_him(void **state)
{
	struct brg_pci_binding binding;

	assert_int_equal(brg_pci_bind(BDF, "vfio-pci", &binding), 0);
	fake_bind(BDF, "nvme");
	assert_int_equal(brg_pci_restore(&binding), 0);
	assert_string_equal(driver_now(), "nvme");
	assert_null(strstr(written, "unbind"));
}

static void without_a_guardian_nothing_is_changed(void **state)
{
	struct brg_pci_binding binding;

	add_result = -EAGAIN;
	assert_int_equal(brg_pci_bind(BDF, "vfio-pci", &binding), -EAGAIN);
	assert_string_equal(written, "");
}

static void a_driver_that_is_not_there_changes_nothing(void **state)
{
	struct brg_pci_binding binding;

	assert_int_equal(brg_pci_bind(BDF, "no-such-driver", &binding),
			 -EOPNOTSUPP);
	assert_error("no-such-driver");
	assert_error("modprobe");
	assert_string_equal(written, "");
	assert_int_equal(nr_added, 0);
}

#define BIND_TEST(test)                                                        \
	cmocka_unit_test_setup_teardown(test, setup, fake_sysfs_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BIND_TEST(a_free_device_is_bound_and_freed),
		BIND_TEST(a_driver_gets_its_device_back),
		BIND_TEST(the_guardian_is_told_the_same_steps),
		BIND_TEST(an_override_comes_back),
		BIND_TEST(a_device_that_is_there_already_is_left_there),
		BIND_TEST(restoring_twice_does_nothing_more),
		BIND_TEST(a_bind_that_fails_puts_everything_back),
		BIND_TEST(an_unbind_that_fails_leaves_the_driver),
		BIND_TEST(a_restore_that_fails_is_left_to_the_guardian),
		BIND_TEST(a_device_somebody_took_meanwhile_stays_with_him),
		BIND_TEST(without_a_guardian_nothing_is_changed),
		BIND_TEST(a_driver_that_is_not_there_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
