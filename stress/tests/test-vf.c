// SPDX-License-Identifier: GPL-2.0-only
/* Which virtual function of a physical one an address is, if it is any */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <barrage/sysfs.h>

#include "../provider.h"

#define PF "0000:03:00.1"

static char root[] = "/tmp/barrage-vf-XXXXXX";

static void put_of(const char *bdf, const char *file, unsigned int value)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/%s", root, bdf,
		 file);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%u\n", value);
	assert_int_equal(fclose(f), 0);
}

static void put(const char *file, unsigned int value)
{
	put_of(PF, file, value);
}

/* in the folder of all devices */
static void run(const char *script)
{
	char command[300];

	snprintf(command, sizeof(command), "cd %s/bus/pci/devices && %s", root,
		 script);
	assert_int_equal(system(command), 0);
}

/* the second one of two */
static void drive(const char *driver)
{
	char script[100];

	snprintf(script, sizeof(script),
		 "ln -sfn ../../drivers/%s 0000:03:00.3/driver", driver);
	run(script);
}

static int setup(void **state)
{
	char command[200];

	if (!mkdtemp(root))
		return -1;
	snprintf(command, sizeof(command), "mkdir -p %s/bus/pci/devices/" PF,
		 root);
	brg_sysfs_set_root(root);
	return system(command);
}

static int teardown(void **state)
{
	char command[200];

	brg_sysfs_set_root(NULL);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static int check_taking(const char *vf, bool take)
{
	struct stress_provider named = { .pf = PF };

	snprintf(named.bdf, sizeof(named.bdf), "%s", vf);
	return provider_check_vf(&named, take);
}

static int check(const char *vf)
{
	return check_taking(vf, false);
}

static void expect_none(const char *vf)
{
	assert_int_equal(check(vf), -EINVAL);
	assert_error("no virtual function of " PF);
	assert_error(vf);
}

static void without_the_capability_it_has_none(void **state)
{
	assert_int_equal(check("0000:03:00.2"), -EINVAL);
	assert_error(PF ": it has no virtual functions");
}

static void they_follow_one_another(void **state)
{
	put("sriov_totalvfs", 2);
	put("sriov_offset", 1);
	put("sriov_stride", 1);
	assert_int_equal(check("0000:03:00.2"), 0);
	assert_int_equal(check("0000:03:00.3"), 0);
	expect_none("0000:03:00.4");
	expect_none("0000:03:00.1");
	expect_none("0000:03:00.0");
	expect_none("0001:03:00.2");
	expect_none("0000:04:00.2");
}

/* on other buses, too, and others between them */
static void they_may_be_far_away(void **state)
{
	put("sriov_totalvfs", 64);
	put("sriov_offset", 0x1ff);
	put("sriov_stride", 4);
	assert_int_equal(check("0000:05:00.0"), 0);
	assert_int_equal(check("0000:05:00.4"), 0);
	assert_int_equal(check("0000:05:1f.4"), 0);
	expect_none("0000:05:00.2");
	expect_none("0000:06:00.0");
	expect_none("0000:04:1f.7");
}

static void only_one_needs_no_stride(void **state)
{
	put("sriov_totalvfs", 1);
	put("sriov_offset", 1);
	put("sriov_stride", 0);
	assert_int_equal(check("0000:03:00.2"), 0);
	expect_none("0000:03:00.3");
}

/* the other one may be a virtual machine's */
static void all_of_them_have_to_be_free(void **state)
{
	put("sriov_totalvfs", 2);
	put("sriov_numvfs", 2);
	put("sriov_offset", 1);
	put("sriov_stride", 1);
	run("mkdir 0000:03:00.2 0000:03:00.3");
	run("ln -s ../0000:03:00.2 " PF "/virtfn0");
	run("ln -s ../0000:03:00.3 " PF "/virtfn1");
	assert_int_equal(check("0000:03:00.2"), 0);

	drive("vfio-pci");
	put_of("0000:03:00.3", "enable", 0);
	assert_int_equal(check("0000:03:00.2"), 0);
	put_of("0000:03:00.3", "enable", 1);
	assert_int_equal(check_taking("0000:03:00.2", true), -EBUSY);
	assert_error("0000:03:00.3: it is open, and all VFs of " PF);

	drive("nvme");
	assert_int_equal(check("0000:03:00.2"), -EBUSY);
	assert_error("0000:03:00.3: driver nvme has it");
	assert_int_equal(check_taking("0000:03:00.2", true), 0);
	run("rm -r " PF "/virtfn* 0000:03:00.[23]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_the_capability_it_has_none),
		cmocka_unit_test(they_follow_one_another),
		cmocka_unit_test(they_may_be_far_away),
		cmocka_unit_test(only_one_needs_no_stride),
		cmocka_unit_test(all_of_them_have_to_be_free),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
