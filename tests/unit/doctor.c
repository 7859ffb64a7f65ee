// SPDX-License-Identifier: GPL-2.0-only
/* what barrage-doctor makes of a machine */
#include "fake-sysfs.h"
#include "test.h"

#include "../../doctor/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <barrage/verbs.h>

static struct doctor doctor;
static struct brg_verbs_info cards[BRG_VERBS_MAX_DEVICES + 1];
static int nr_cards;
static int open_result;
static int reg_result;
/* the path that may not be written to; "" for none */
static char refused[512];
static struct brg_verbs opened;

int __wrap_brg_verbs_list(struct brg_verbs_info *infos, size_t max);
int __wrap_brg_verbs_open_regions(const char *name, struct brg_verbs **verbsp);
int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
void __wrap_brg_verbs_close(struct brg_verbs *verbs);
int __wrap_brg_verbs_reg_dmabuf(const struct brg_verbs *verbs,
				const struct brg_verbs_dmabuf *dmabuf,
				struct brg_verbs_mr *mr);
int __wrap_brg_verbs_dereg(struct brg_verbs_mr *mr);

int __wrap_brg_verbs_list(struct brg_verbs_info *infos, size_t max)
{
	int i;

	if (nr_cards < 0)
		return brg_fail(nr_cards, "this kernel has no RDMA");
	for (i = 0; i < nr_cards && (size_t)i < max; i++)
		infos[i] = cards[i];
	return i;
}

/* root may do everything, so the test says what may not be done */
int __wrap_access(const char *path, int mode)
{
	if (*refused && mode & W_OK && !strcmp(path, refused)) {
		errno = EACCES;
		return -1;
	}
	return __real_access(path, mode);
}

int __wrap_brg_verbs_open_regions(const char *name, struct brg_verbs **verbsp)
{
	if (open_result)
		return brg_fail(open_result, "%s: it cannot be opened", name);
	snprintf(opened.info.name, sizeof(opened.info.name), "%s", name);
	*verbsp = &opened;
	return 0;
}

void __wrap_brg_verbs_close(struct brg_verbs *verbs)
{
	assert_ptr_equal(verbs, &opened);
}

int __wrap_brg_verbs_reg_dmabuf(const struct brg_verbs *verbs,
				const struct brg_verbs_dmabuf *dmabuf,
				struct brg_verbs_mr *mr)
{
	assert_int_equal(dmabuf->fd, doctor.dmabuf);
	if (reg_result)
		return brg_fail(reg_result, "%s: it does not like that",
				verbs->info.name);
	return 0;
}

int __wrap_brg_verbs_dereg(struct brg_verbs_mr *mr)
{
	return 0;
}

static int setup(void **state)
{
	static char dev[512];

	fake_sysfs_setup(state);
	snprintf(dev, sizeof(dev), "%s", fake_path("dev"));
	doctor = (struct doctor){
		.bar = 2,
		.dev = dev,
		.vfio = { .fd = -1, .iommufd.fd = -1 },
		.dmabuf = -1,
	};
	nr_cards = 0;
	open_result = 0;
	reg_result = 0;
	*refused = '\0';
	return 0;
}

static int teardown(void **state)
{
	doctor_free(&doctor);
	return fake_sysfs_teardown(state);
}

#define DOCTOR_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void add_card(const char *name, const char *driver)
{
	struct brg_verbs_info *card = &cards[nr_cards++];

	*card = (struct brg_verbs_info){
		.driver = brg_rdma_driver_by_name(driver),
		.driver_id = brg_rdma_driver_by_name(driver)->id,
	};
	snprintf(card->name, sizeof(card->name), "%s", name);
}

static const struct doctor_finding *found(const char *name)
{
	for (unsigned int i = 0; i < doctor.nr; i++)
		if (!strcmp(doctor.findings[i].name, name))
			return &doctor.findings[i];
	fail_msg("no finding %s", name);
	return doctor.findings;
}

static void expect(const char *name, enum doctor_status status,
		   const char *known_by, const char *text)
{
	const struct doctor_finding *f = found(name);

	assert_int_equal(f->status, status);
	assert_string_equal(f->known_by, known_by);
	assert_contains(f->text, text);
}

static void nodes_that_are_missing_have_an_advice(void **state)
{
	doctor_kernel(&doctor);
	expect("iommufd", DOCTOR_MISSING, "sysfs", "no ");
	assert_contains(found("iommufd")->advice, "modprobe iommufd");
	expect("vfio", DOCTOR_MISSING, "sysfs", "no ");
	expect("uverbs", DOCTOR_NO, "sysfs", "no ");
	assert_contains(found("uverbs")->advice, "modprobe ib_uverbs");
	assert_int_equal(doctor_exit_status(&doctor), 1);
}

static void nodes_that_are_there_are_fine(void **state)
{
	fake_file("dev/iommu", "");
	fake_file("dev/udmabuf", "");
	fake_dir("dev/vfio");
	fake_dir("dev/infiniband");
	doctor_kernel(&doctor);
	expect("iommufd", DOCTOR_OK, "sysfs", "I/O address");
	expect("uverbs", DOCTOR_OK, "sysfs", "RDMA");
	assert_int_equal(doctor_exit_status(&doctor), 0);
}

static void refuse(const char *path)
{
	snprintf(refused, sizeof(refused), "%s", fake_path(path));
	doctor.nr = 0;
	doctor_kernel(&doctor);
}

/* Those in a folder count, not the folder, and what can be done without is no */
static void nodes_without_rights_are_named(void **state)
{
	fake_file("dev/iommu", "");
	fake_file("dev/udmabuf", "");
	fake_file("dev/vfio/vfio", "");
	fake_file("dev/vfio/devices/vfio0", "");
	fake_file("dev/infiniband/uverbs0", "");
	fake_file("dev/infiniband/rdma_cm", "");

	refuse("dev/iommu");
	expect("iommufd", DOCTOR_MISSING, "sysfs", "dev/iommu: Permission");
	assert_string_equal(found("iommufd")->advice, "run it as root");
	refuse("dev/vfio/vfio");
	expect("vfio", DOCTOR_MISSING, "sysfs", "dev/vfio/vfio: Permission");
	refuse("dev/vfio/devices/vfio0");
	expect("vfio", DOCTOR_MISSING, "sysfs", "devices/vfio0: Permission");
	refuse("dev/udmabuf");
	expect("udmabuf", DOCTOR_NO, "sysfs", "dev/udmabuf: Permission");
	assert_int_equal(doctor_exit_status(&doctor), 0);
	refuse("dev/infiniband/uverbs0");
	expect("uverbs", DOCTOR_NO, "sysfs", "uverbs0: Permission");

	refuse("dev/vfio");
	expect("vfio", DOCTOR_OK, "sysfs", "devices in the hands");
	refuse("dev/infiniband");
	expect("uverbs", DOCTOR_OK, "sysfs", "RDMA for programs");
	refuse("dev/infiniband/rdma_cm");
	expect("uverbs", DOCTOR_OK, "sysfs", "RDMA for programs");
}

static void an_iommu_is_needed(void **state)
{
	doctor_iommu(&doctor);
	expect("iommu", DOCTOR_MISSING, "sysfs", "no IOMMU");
	assert_contains(found("iommu")->advice, "intel_iommu=on");
	assert_int_equal(doctor_exit_status(&doctor), 1);
}

static void modes_of_the_iommu_are_counted(void **state)
{
	fake_dir("class/iommu/dmar0");
	fake_file("kernel/iommu_groups/0/type", "DMA-FQ\n");
	fake_file("kernel/iommu_groups/1/type", "DMA\n");
	fake_file("kernel/iommu_groups/7/type", "identity\n");
	fake_file("kernel/iommu_groups/8/type", "blocked\n");
	doctor_iommu(&doctor);
	expect("iommu", DOCTOR_OK, "sysfs", "1 units");
	expect("mode", DOCTOR_OK, "sysfs",
	       "2 groups translated, 1 passed through, 1 otherwise");
}

static void providers_have_large_bars(void **state)
{
	fake_device("0000:01:00.0", "1af4:1110", "050000", 4);
	fake_bar("0000:01:00.0", 2, 0x8000000000, 64 << 20, FAKE_MEM64);
	fake_device("0000:02:00.0", "8086:1234", "020000", 5);
	fake_bar("0000:02:00.0", 0, 0x80000000, 4096, FAKE_MEM32);
	doctor_providers(&doctor);
	assert_int_equal(doctor.nr, 1);
	expect("0000:01:00.0", DOCTOR_OK, "sysfs", "BAR2 64 MiB, group 4");
}

static void no_provider_is_missing(void **state)
{
	fake_dir("bus/pci/devices");
	doctor_providers(&doctor);
	expect("none", DOCTOR_MISSING, "sysfs", "no PCI device");
}

static void features_take_a_device_to_ask(void **state)
{
	doctor_vfio(&doctor);
	expect("features", DOCTOR_UNKNOWN, "kernel", "open device");
	assert_contains(found("features")->advice, "--device BDF");
	assert_int_equal(doctor_exit_status(&doctor), 0);
}

static void a_device_of_another_driver_is_left_alone(void **state)
{
	fake_device("0000:01:00.0", "1af4:1110", "050000", 4);
	fake_bar("0000:01:00.0", 2, 0x8000000000, 64 << 20, FAKE_MEM64);
	fake_driver("nouveau");
	fake_bind("0000:01:00.0", "nouveau");
	strcpy(doctor.device, "0000:01:00.0");
	doctor_vfio(&doctor);
	expect("open", DOCTOR_MISSING, "trial", "nouveau has it");
	assert_int_equal(doctor.vfio.fd, -1);
}

static void the_table_says_what_cannot_be_tried(void **state)
{
	add_card("mlx5_0", "mlx5");
	add_card("efa_0", "efa");
	add_card("siw0", "siw");
	add_card("new0", "brandnew");
	doctor_rdma(&doctor);
	expect("mlx5_0", DOCTOR_OK, "table", "mlx5 takes dma-bufs of VFIO");
	expect("efa_0", DOCTOR_NO, "table", "pins a dma-buf for good");
	expect("siw0", DOCTOR_NO, "table", "no dma-buf memory regions");
	expect("new0", DOCTOR_UNKNOWN, "table", "not known");
	assert_contains(found("mlx5_0")->advice, "--device BDF");
	assert_int_equal(doctor_exit_status(&doctor), 0);
}

static void a_trial_outweighs_the_table(void **state)
{
	doctor.dmabuf = 7;
	add_card("rxe0", "rxe");
	doctor_rdma(&doctor);
	expect("rxe0", DOCTOR_OK, "trial", "rxe takes dma-bufs of VFIO");
	expect("rxe0", DOCTOR_OK, "trial", "the CPU copies");
	doctor.nr = 0;
	nr_cards = 0;
	add_card("mlx5_0", "mlx5");
	reg_result = -EOPNOTSUPP;
	doctor_rdma(&doctor);
	expect("mlx5_0", DOCTOR_NO, "trial", "mlx5_0: it does not like that");
}

/* Only a refusal of the memory is one: else there was no trial */
static void a_trial_that_was_none_is_unknown(void **state)
{
	static const int errors[] = { -EACCES, -ENOMEM, -EINVAL, -ENODEV };

	doctor.dmabuf = 7;
	add_card("mlx5_0", "mlx5");
	add_card("efa_0", "efa");
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		doctor.nr = 0;
		reg_result = errors[i];
		doctor_rdma(&doctor);
		expect("mlx5_0", DOCTOR_UNKNOWN, "table", "mlx5 takes");
		assert_contains(found("mlx5_0")->advice, "does not like that");
		expect("efa_0", DOCTOR_UNKNOWN, "table", "efa does not take");
	}
	doctor.nr = 0;
	reg_result = 0;
	open_result = -EOPNOTSUPP;
	doctor_rdma(&doctor);
	expect("mlx5_0", DOCTOR_UNKNOWN, "table", "mlx5 takes");
	assert_contains(found("mlx5_0")->advice, "cannot be opened");
}

static void no_rdma_device_is_left_out(void **state)
{
	char name[16];

	for (int i = 0; i <= BRG_VERBS_MAX_DEVICES; i++) {
		snprintf(name, sizeof(name), "mlx5_%d", i);
		add_card(name, "mlx5");
	}
	doctor_rdma(&doctor);
	assert_int_equal(doctor.nr, BRG_VERBS_MAX_DEVICES + 1);
	expect(name, DOCTOR_OK, "table", "mlx5 takes");
}

static void no_rdma_device_is_no_fault(void **state)
{
	doctor_rdma(&doctor);
	expect("none", DOCTOR_NO, "kernel", "no RDMA device");
	doctor.nr = 0;
	nr_cards = -EOPNOTSUPP;
	doctor_rdma(&doctor);
	expect("none", DOCTOR_NO, "kernel", "this kernel has no RDMA");
	assert_int_equal(doctor_exit_status(&doctor), 0);
}

static void no_finding_is_dropped(void **state)
{
	for (unsigned int i = 0; i < 1000; i++)
		doctor_add(&doctor, "rdma", "x", DOCTOR_OK, "trial", NULL, "%u",
			   i);
	doctor_add(&doctor, "rdma", "last", DOCTOR_MISSING, "trial", NULL,
		   "it is last");
	assert_int_equal(doctor.nr, 1001);
	expect("x", DOCTOR_OK, "trial", "0");
	expect("last", DOCTOR_MISSING, "trial", "it is last");
	assert_false(doctor.incomplete);
	assert_int_equal(doctor_exit_status(&doctor), 1);
}

static void what_json_cannot_tell_is_an_error(void **state)
{
	doctor_add(&doctor, "rdma", "x", DOCTOR_MISSING, "trial", NULL,
		   "\xff\xfe");
	assert_int_equal(doctor_print_json(&doctor), -EILSEQ);
	assert_error("rdma is not UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOCTOR_TEST(nodes_that_are_missing_have_an_advice),
		DOCTOR_TEST(nodes_that_are_there_are_fine),
		DOCTOR_TEST(nodes_without_rights_are_named),
		DOCTOR_TEST(an_iommu_is_needed),
		DOCTOR_TEST(modes_of_the_iommu_are_counted),
		DOCTOR_TEST(providers_have_large_bars),
		DOCTOR_TEST(no_provider_is_missing),
		DOCTOR_TEST(features_take_a_device_to_ask),
		DOCTOR_TEST(a_device_of_another_driver_is_left_alone),
		DOCTOR_TEST(the_table_says_what_cannot_be_tried),
		DOCTOR_TEST(a_trial_outweighs_the_table),
		DOCTOR_TEST(no_rdma_device_is_no_fault),
		DOCTOR_TEST(a_trial_that_was_none_is_unknown),
		DOCTOR_TEST(no_rdma_device_is_left_out),
		DOCTOR_TEST(no_finding_is_dropped),
		DOCTOR_TEST(what_json_cannot_tell_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
