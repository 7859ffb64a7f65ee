// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <barrage/results.h>

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[64];
static const double samples[] = { 30, 10, 20, 50, 40 };

/*
 * With BARRAGE_TEST_RECORDS in the environment the good records of all tests
 * stay in that file, for the validator to look at.
 */
static int setup(void **state)
{
	const char *keep = getenv("BARRAGE_TEST_RECORDS");
	int fd;

	if (keep) {
		snprintf(path, sizeof(path), "%s", keep);
		return 0;
	}
	strcpy(path, "/tmp/barrage-records-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	if (!getenv("BARRAGE_TEST_RECORDS"))
		unlink(path);
	return 0;
}

static struct brg_record simple_record(void)
{
	static const struct brg_proof proof = {
		.verdict = BRG_VERDICT_HOST,
		.expected = BRG_VERDICT_HOST,
		.nr_pages = 16,
		.nr_in_ram = 16,
	};

	return (struct brg_record){
		.name = "odirect",
		.metric = "read.bandwidth",
		.unit = "B/s",
		.better = "higher",
		.samples = samples,
		.nr_samples = 5,
		.mem = brg_mem_find("host"),
		.proof = &proof,
		.kernel_log = BRG_KERNEL_LOG_SILENT,
		.seed = 1234567890123456789ull,
	};
}

static int write_one(const struct brg_record *record)
{
	struct brg_results *results;
	int ret;

	assert_int_equal(brg_results_open(path, &results), 0);
	ret = brg_results_write(results, record);
	brg_results_close(results);
	return ret;
}

/* the last line of the file */
static json_t *read_back(void)
{
	static char line[65536], last[65536];
	json_error_t error;
	json_t *json;
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	last[0] = '\0';
	while (fgets(line, sizeof(line), file))
		strcpy(last, line);
	fclose(file);
	assert_true(*last && last[strlen(last) - 1] == '\n');
	json = json_loads(last, 0, &error);
	assert_non_null(json);
	return json;
}

static const char *string_of(json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static void a_record_comes_back_as_it_was(void **state)
{
	const struct brg_param params[] = {
		{ .name = "block", .number = 65536 },
		{ .name = "direction", .text = "read" },
		{},
	};
	struct brg_record record = simple_record();
	json_t *json, *spread;

	record.params = params;
	setenv("BARRAGE_SERIES_HASH", "5e71e5", 1);
	setenv("BARRAGE_TEST_ONLY_HASH", "7e57", 1);
	setenv("BARRAGE_MUTANTS_HASH", "b06", 1);
	setenv("BARRAGE_QEMU_VERSION", "10.0.2 (a package)", 1);
	assert_int_equal(write_one(&record), 0);
	unsetenv("BARRAGE_QEMU_VERSION");
	unsetenv("BARRAGE_MUTANTS_HASH");
	unsetenv("BARRAGE_TEST_ONLY_HASH");
	unsetenv("BARRAGE_SERIES_HASH");
	json = read_back();
	assert_string_equal(string_of(json, "name"), "odirect");
	assert_string_equal(string_of(json, "mem"), "host");
	assert_string_equal(string_of(json, "qemu"), "10.0.2 (a package)");
	assert_string_equal(string_of(json, "verdict"), "host");
	assert_string_equal(string_of(json, "status"), "pass");
	assert_int_equal(json_integer_value(json_object_get(json, "n")), 5);
	assert_true(json_number_value(json_object_get(json, "value")) == 30);
	assert_int_equal(json_integer_value(json_object_get(json, "seed")),
			 1234567890123456789);
	assert_true(json_is_true(json_object_get(json, "trusted")));
	assert_string_equal(string_of(json_object_get(json, "kernel"),
				      "series_hash"),
			    "5e71e5");
	assert_non_null(string_of(json_object_get(json, "kernel"),
				  "build_id"));
	assert_string_equal(string_of(json_object_get(json, "kernel"),
				      "test_only_hash"),
			    "7e57");
	assert_string_equal(string_of(json_object_get(json, "kernel"),
				      "mutants_hash"),
			    "b06");
	spread = json_object_get(json, "spread");
	assert_true(json_number_value(json_object_get(spread, "min")) == 10);
	assert_true(json_number_value(json_object_get(spread, "p25")) == 20);
	assert_true(json_number_value(json_object_get(spread, "max")) == 50);
	assert_true(json_number_value(json_array_get(
			    json_object_get(json, "samples"), 0)) == 30);
	assert_string_equal(
		string_of(json_object_get(json, "params"), "direction"),
		"read");
	json_decref(json);
}

static void text_of_any_kind_stays_one_line_of_json(void **state)
{
	struct brg_disk disk = {
		.path = "/dev/\"quoted\"\\back\nslash\t",
		.model = "Model \xff\xfe of bytes",
		.size_bytes = 1 << 30,
	};
	struct brg_record record = simple_record();
	json_t *json, *peer;

	record.disk = &disk;
	assert_int_equal(write_one(&record), 0);
	json = read_back();
	peer = json_object_get(json_object_get(json, "devices"), "peer");
	assert_string_equal(string_of(peer, "path"), disk.path);
	assert_string_equal(string_of(peer, "model"), "Model ?? of bytes");
	json_decref(json);
}

static void a_provider_and_its_bar_are_told(void **state)
{
	struct brg_pci pci = {
		.bdf = "0000:01:00.0",
		.vendor = 0x1af4,
		.device = 0x1110,
		.bars[2] = { .size_bytes = 64 << 20, .memory = true },
	};
	struct brg_proof proof = {
		.verdict = BRG_VERDICT_P2P,
		.expected = BRG_VERDICT_P2P,
		.nr_pages = 256,
		.nr_in_bar = 256,
	};
	struct brg_record record = simple_record();
	json_t *json, *provider;

	record.mem = brg_mem_find("p2p-register");
	record.baseline = brg_mem_find("host");
	record.proof = &proof;
	record.provider = &pci;
	record.bar = 2;
	assert_int_equal(write_one(&record), 0);
	json = read_back();
	assert_string_equal(string_of(json, "verdict"), "p2p");
	assert_string_equal(string_of(json, "baseline"), "host");
	provider =
		json_object_get(json_object_get(json, "devices"), "provider");
	assert_string_equal(string_of(provider, "id"), "1af4:1110");
	assert_int_equal(
		json_integer_value(json_object_get(provider, "bar_bytes")),
		64 << 20);
	json_decref(json);
}

static void the_rdma_device_and_who_copied_are_told(void **state)
{
	const struct brg_record_rdma rdma = {
		.name = "rxe0",
		.driver = "rxe",
		.bdf = "",
	};
	const struct brg_proof proof = {
		.verdict = BRG_VERDICT_P2P,
		.expected = BRG_VERDICT_P2P,
		.nr_pages = 15,
		.nr_in_bar = 15,
	};
	struct brg_record record = simple_record();
	json_t *json, *device;

	assert_int_equal(write_one(&record), 0);
	json = read_back();
	assert_null(json_object_get(json, "copied_by"));
	device = json_object_get(json, "devices");
	assert_null(json_object_get(device, "rdma"));
	json_decref(json);

	record.mem = brg_mem_find("dmabuf");
	record.proof = &proof;
	record.proof_by_rdma = true;
	record.kernel_log = BRG_KERNEL_LOG_SILENT;
	record.rdma = &rdma;
	record.copied_by = "cpu";
	assert_int_equal(write_one(&record), 0);
	json = read_back();
	assert_string_equal(string_of(json, "copied_by"), "cpu");
	assert_string_equal(string_of(json_object_get(json, "proof"), "method"),
			    "rdma");
	device = json_object_get(json_object_get(json, "devices"), "rdma");
	assert_string_equal(string_of(device, "name"), "rxe0");
	assert_string_equal(string_of(device, "driver"), "rxe");
	assert_string_equal(string_of(device, "bdf"), "");
	json_decref(json);
}

static void a_skip_has_no_value_but_a_reason(void **state)
{
	struct brg_record record = simple_record();
	json_t *json;

	record.status = BRG_STATUS_SKIP;
	record.nr_samples = 0;
	record.proof = NULL;
	assert_int_equal(write_one(&record), -EINVAL);
	assert_error("without a reason");
	record.reason = "this machine has no provider";
	assert_int_equal(write_one(&record), 0);
	json = read_back();
	assert_true(json_is_null(json_object_get(json, "value")));
	assert_true(json_is_null(json_object_get(json, "spread")));
	assert_true(json_is_null(json_object_get(json, "proof")));
	assert_string_equal(string_of(json, "verdict"), "none");
	json_decref(json);
}

static void what_is_not_trusted_says_why(void **state)
{
	struct brg_record record = simple_record();
	json_t *json;

	record.untrusted_reason = "a wide spread";
	assert_int_equal(write_one(&record), 0);
	json = read_back();
	assert_true(json_is_false(json_object_get(json, "trusted")));
	assert_string_equal(string_of(json, "untrusted_reason"),
			    "a wide spread");
	json_decref(json);
}

static void what_is_no_number_is_refused(void **state)
{
	const double bad[] = { 1, NAN }, worse[] = { INFINITY };
	const struct brg_param params[] = { { .name = "x", .number = NAN },
					    {} };
	struct brg_record record = simple_record();

	record.samples = bad;
	record.nr_samples = 2;
	assert_int_equal(write_one(&record), -EINVAL);
	assert_error("sample 1");
	record.samples = worse;
	record.nr_samples = 1;
	assert_int_equal(write_one(&record), -EINVAL);
	record = simple_record();
	record.params = params;
	assert_int_equal(write_one(&record), -EINVAL);
	assert_error("parameter x");
}

static void what_is_missing_is_refused(void **state)
{
	struct brg_record record = simple_record();

	record.nr_samples = 0;
	assert_int_equal(write_one(&record), -EINVAL);
	record = simple_record();
	record.mem = NULL;
	assert_int_equal(write_one(&record), -EINVAL);
	record = simple_record();
	record.unit = NULL;
	assert_int_equal(write_one(&record), -EINVAL);
	record = simple_record();
	record.seed = 1ull << 63;
	assert_int_equal(write_one(&record), -EINVAL);
}

static void records_are_appended(void **state)
{
	struct brg_record record = simple_record();
	char line[65536];
	int before = 0, after = 0;
	FILE *file = fopen(path, "r");

	while (file && fgets(line, sizeof(line), file))
		before++;
	if (file)
		fclose(file);
	assert_int_equal(write_one(&record), 0);
	assert_int_equal(write_one(&record), 0);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		after++;
	fclose(file);
	assert_int_equal(after, before + 2);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	struct brg_results *results;

	assert_int_equal(brg_results_open("/no/such/folder/x", &results),
			 -ENOENT);
	assert_error("/no/such/folder/x");
}

static void a_full_disk_is_an_error(void **state)
{
	struct brg_record record = simple_record();
	struct brg_results *results;

	assert_int_equal(brg_results_open("/dev/full", &results), 0);
	assert_int_equal(brg_results_write(results, &record), -ENOSPC);
	brg_results_close(results);
}

static void quantiles_are_exact(void **state)
{
	const double sorted[] = { 1, 2, 3, 4 };

	assert_true(brg_results_quantile(sorted, 4, 0) == 1);
	assert_true(brg_results_quantile(sorted, 4, 1) == 4);
	assert_true(brg_results_quantile(sorted, 4, 0.5) == 2.5);
	assert_true(brg_results_quantile(sorted, 1, 0.99) == 1);
}

#define RESULTS_TEST(test)                                                     \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RESULTS_TEST(a_record_comes_back_as_it_was),
		RESULTS_TEST(text_of_any_kind_stays_one_line_of_json),
		RESULTS_TEST(a_provider_and_its_bar_are_told),
		RESULTS_TEST(the_rdma_device_and_who_copied_are_told),
		RESULTS_TEST(a_skip_has_no_value_but_a_reason),
		RESULTS_TEST(what_is_not_trusted_says_why),
		RESULTS_TEST(what_is_no_number_is_refused),
		RESULTS_TEST(what_is_missing_is_refused),
		RESULTS_TEST(records_are_appended),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(quantiles_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
