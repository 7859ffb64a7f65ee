// SPDX-License-Identifier: GPL-2.0-only
/* The sample is what fio 3.41 wrote of a small mixed job on its null engine. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fio-json.h"

static int read_sample(void **state)
{
	const char *path = getenv("BENCH_TEST_FIO_JSON");
	FILE *file = path ? fopen(path, "re") : NULL;
	static char text[64 << 10];
	size_t len;

	if (!file)
		return -1;
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	*state = text;
	return 0;
}

/* the sample with one text in place of another, which must be there */
static char *changed(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *copy;

	assert_non_null(at);
	assert_return_code(asprintf(&copy, "%.*s%s%s", (int)(at - text), text,
				    to, at + strlen(from)),
			   errno);
	return copy;
}

static void assert_refused(const char *text, int err, const char *words)
{
	struct fio_result result = { .nr_ios = 7 };
	char why[256] = "";

	assert_int_equal(fio_json_parse(text, &result, why, sizeof(why)), err);
	assert_non_null(strstr(why, words));
	assert_int_equal(result.nr_ios, 7);
}

static void both_directions_are_summed(void **state)
{
	struct fio_result result;
	char why[256] = "";

	assert_int_equal(fio_json_parse(*state, &result, why, sizeof(why)), 0);
	assert_int_equal(result.nr_ios, 15 + 17);
	assert_int_equal(result.nr_bytes, 983040 + 1114112);
	assert_near(result.bytes_per_s, 983040000.0 + 1114112000.0);
	assert_near(result.ios_per_s, 15000.0 + 17000.0);
	assert_near(result.runtime_s, 0.001);
	assert_near(result.start_s, 1795255165.189);
}

static void options_are_those_of_both_sections(void **state)
{
	struct fio_result result;
	char why[256];

	assert_int_equal(fio_json_parse(*state, &result, why, sizeof(why)), 0);
	assert_string_equal(result.rw, "randrw");
	assert_int_equal(result.bs_bytes, 64 << 10);
	assert_int_equal(result.iodepth, 8);
	assert_int_equal(result.numjobs, 4);
	assert_string_equal(result.version, "fio-3.41");
}

static void percentiles_are_of_the_merged_bins(void **state)
{
	struct fio_result result;
	char why[256];

	assert_int_equal(fio_json_parse(*state, &result, why, sizeof(why)), 0);
	assert_string_equal(result.latency, "lat");
	assert_near(result.latency_p50_ns, 251.0);
	assert_near(result.latency_p90_ns, 780.0);
	assert_near(result.latency_p99_ns, 4128.0);
	assert_near(result.latency_p999_ns, 4128.0);
}

static void messages_in_front_are_skipped(void **state)
{
	struct fio_result result;
	char why[256], *text;

	assert_return_code(
		asprintf(&text, "fio: a {brace} of words\n%s", (char *)*state),
		errno);
	assert_int_equal(fio_json_parse(text, &result, why, sizeof(why)), 0);
	free(text);
}

static void completion_latency_where_there_is_no_total(void **state)
{
	static const char text[] =
		"{\"fio version\":\"fio-3.41\",\"jobs\":[{\"jobname\":\"a\","
		"\"error\":0,\"job options\":{\"rw\":\"write\",\"bs\":\"1m\"},"
		"\"read\":{\"total_ios\":0},\"write\":{\"total_ios\":3,"
		"\"io_bytes\":3145728,\"clat_ns\":{\"bins\":"
		"{\"9\":1,\"10\":1,\"8\":1}}}}]}";
	struct fio_result result;
	char why[256];

	assert_int_equal(fio_json_parse(text, &result, why, sizeof(why)), 0);
	assert_string_equal(result.latency, "clat");
	assert_near(result.latency_p50_ns, 9.0);
	assert_int_equal(result.bs_bytes, 1 << 20);
	assert_int_equal(result.iodepth, 1);
}

static void what_is_no_result_is_refused(void **state)
{
	assert_refused("", -EBADMSG, "no JSON");
	assert_refused("fio: failed\n", -EBADMSG, "no JSON");
	assert_refused("{ \"fio version\" : ", -EBADMSG, "broken JSON");
	assert_refused("{}", -EBADMSG, "no job");
	assert_refused("{\"fio version\":\"fio-3.41\",\"jobs\":[]}", -EBADMSG,
		       "no job");
	assert_refused("{\"fio version\":\"fio-3.41\",\"jobs\":[{}]}", -EBADMSG,
		       "without name");
}

static void a_job_that_failed_is_an_error(void **state)
{
	char *text = changed(*state, "\"error\" : 0", "\"error\" : 121");

	assert_refused(text, -EIO, "mixed-64k-many");
	free(text);
}

static void plain_json_has_no_bins(void **state)
{
	char *text = changed(*state, "\"bins\"", "\"bims\"");

	assert_refused(text, -EBADMSG, "json+");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_are_summed),
		cmocka_unit_test(options_are_those_of_both_sections),
		cmocka_unit_test(percentiles_are_of_the_merged_bins),
		cmocka_unit_test(messages_in_front_are_skipped),
		cmocka_unit_test(completion_latency_where_there_is_no_total),
		cmocka_unit_test(what_is_no_result_is_refused),
		cmocka_unit_test(a_job_that_failed_is_an_error),
		cmocka_unit_test(plain_json_has_no_bins),
	};

	return cmocka_run_group_tests(tests, read_sample, NULL);
}
