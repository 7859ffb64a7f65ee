// SPDX-License-Identifier: GPL-2.0-only
/* what can be said before a device is opened, and who has a file open */
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/env.h>
#include <barrage/vfio.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "holder.h"

#define BDF "0000:01:00.0"

static int setup(void **state)
{
	if (fake_sysfs_setup(state))
		return -1;
	fake_device(BDF, "1af4:1110", "050000", 5);
	fake_driver("vfio-pci");
	fake_driver("nvme");
	return 0;
}

static void expect(int err, const char *part)
{
	struct brg_vfio vfio;

	assert_int_equal(brg_vfio_open(BDF, &vfio), err);
	assert_int_equal(vfio.fd, -1);
	assert_int_equal(vfio.iommufd.fd, -1);
	assert_error(BDF);
	assert_error(part);
	brg_vfio_close(&vfio);
}

static void another_driver_is_named_with_the_way_out(void **state)
{
	fake_bind(BDF, "nvme");
	expect(-EBUSY, "echo " BDF " > /sys/bus/pci/drivers/nvme/unbind");
}

static void no_driver_says_what_to_bind(void **state)
{
	expect(-EBUSY, "bind it to vfio-pci");
}

static void a_kernel_without_the_character_device_is_named(void **state)
{
	fake_bind(BDF, "vfio-pci");
	expect(-EOPNOTSUPP, "CONFIG_VFIO_DEVICE_CDEV");
}

static void a_missing_device_is_enodev(void **state)
{
	struct brg_vfio vfio;

	assert_int_equal(brg_vfio_open("0000:77:00.0", &vfio), -ENODEV);
	assert_int_equal(vfio.fd, -1);
}

static void the_process_that_has_a_file_open_is_found(void **state)
{
	char text[BRG_HOLDER_BYTES], expected[32], path[256], byte;
	int ready[2], done[2];
	pid_t pid;

	fake_file("held", "");
	snprintf(path, sizeof(path), "%s", fake_path("held"));
	assert_int_equal(brg_holder_find(path, text), -ESRCH);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(done), 0);
	pid = fork();
	if (!pid) {
		close(done[1]);
		if (open(path, O_RDONLY) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		_exit(read(done[0], &byte, 1) != 0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	snprintf(expected, sizeof(expected), "(pid %d)", pid);
	assert_int_equal(brg_holder_find(path, text), 0);
	assert_contains(text, expected);
	close(done[1]);
	waitpid(pid, NULL, 0);
}

static void the_environment_names_the_devices(void **state)
{
	struct brg_env env;

	setenv("BARRAGE_PMR", "0000:02:00.0", 1);
	assert_string_equal(brg_env_role("PMR"), "0000:02:00.0");
	unsetenv("BARRAGE_PMR");
	assert_null(brg_env_role("PMR"));
	assert_error("BARRAGE_PMR");
	setenv("BARRAGE_TOPOLOGY", "bridge", 1);
	unsetenv("BARRAGE_ACCEL");
	brg_env_read(&env);
	assert_string_equal(env.topology, "bridge");
	assert_string_equal(env.accel, "none");
	assert_true(env.nr_cpus >= 1);
	assert_true(*env.release && *env.cpu_model);
}

#define OPEN_TEST(test)                                                        \
	cmocka_unit_test_setup_teardown(test, setup, fake_sysfs_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OPEN_TEST(another_driver_is_named_with_the_way_out),
		OPEN_TEST(no_driver_says_what_to_bind),
		OPEN_TEST(a_kernel_without_the_character_device_is_named),
		OPEN_TEST(a_missing_device_is_enodev),
		OPEN_TEST(the_process_that_has_a_file_open_is_found),
		cmocka_unit_test(the_environment_names_the_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
