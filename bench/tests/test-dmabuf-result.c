// SPDX-License-Identifier: GPL-2.0-only
/* The turns of a user that fails, or does not. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include <barrage/log.h>

#include "../dmabuf-result.h"

static int fails_with;
static unsigned int fails_at, nr_samples, nr_records;
static size_t nr_values;
static const char *reason;

const struct dmabuf_kind dmabuf_kinds[] = {
	{ .name = "dmabuf", .nr_samples = 4, .revocable = true },
	{ .name = "udmabuf", .nr_samples = 4 },
};

int output_write(struct output *output, const struct brg_record *record,
		 bool exact)
{
	nr_records++;
	nr_values = record->nr_samples;
	reason = record->reason;
	for (size_t i = 0; i < record->nr_samples; i++)
		assert_true(record->samples[i] == (double)(i + 1));
	return 0;
}

static int sample(const struct dmabuf_setting *setting,
		  const struct dmabuf_cell *cell, double *values_ns)
{
	if (nr_samples == fails_at && fails_with)
		return brg_fail(fails_with, "card0: no more");
	/* the first warms up */
	values_ns[DMABUF_MAP] = values_ns[DMABUF_REVOKE] = nr_samples++;
	return 0;
}

static const struct dmabuf_user user = {
	.name = "test",
	.metrics = 1u << DMABUF_MAP | 1u << DMABUF_REVOKE,
	.sample = sample,
};

static struct dmabuf_shape shape = { .bytes = 4096, .nr = 1 };
static struct dmabuf_setting setting;
static struct dmabuf_result result;

static int setup(void **state)
{
	fails_with = 0;
	fails_at = nr_samples = nr_records = 0;
	reason = NULL;
	memset(&result, 0, sizeof(result));
	return dmabuf_result_open(&result, &user, &dmabuf_kinds[0], &shape, 2);
}

static int teardown(void **state)
{
	dmabuf_result_close(&result);
	return 0;
}

static void all_but_the_first_sample_are_kept(void **state)
{
	assert_int_equal(dmabuf_result_turn(&result, &setting), 0);
	assert_int_equal(nr_samples, 5);
	assert_int_equal(dmabuf_result_write(&result, NULL, NULL), 0);
	assert_int_equal(nr_records, 2);
	assert_int_equal(nr_values, 4);
}

static void a_turn_is_never_a_skip(void **state)
{
	static const int errs[] = { -EOPNOTSUPP, -ENODEV, -ENOTTY };

	for (size_t i = 0; i < sizeof(errs) / sizeof(*errs); i++) {
		int ret;

		nr_samples = 0;
		fails_at = (unsigned int)i;
		fails_with = errs[i];
		ret = dmabuf_result_turn(&result, &setting);
		assert_int_equal(bench_status_of(ret), BENCH_FAIL);
		assert_non_null(strstr(brg_last_error(), "card0: no more"));
		assert_string_equal(result.skipped, "");
	}
}

static void what_was_not_tried_in_vain_may_be_one(void **state)
{
	brg_fail(-EOPNOTSUPP, "card0: not here");
	assert_int_equal(dmabuf_result_or_skip(&result, -EOPNOTSUPP), 0);
	assert_string_equal(result.skipped, "card0: not here");
	assert_int_equal(dmabuf_result_write(&result, NULL, NULL), 0);
	assert_int_equal(nr_values, 0);
	assert_string_equal(reason, "card0: not here");
	assert_int_equal(dmabuf_result_or_skip(&result, -EXDEV), -EXDEV);
}

static void what_cannot_be_revoked_has_no_such_record(void **state)
{
	result.cell.kind = &dmabuf_kinds[1];
	assert_int_equal(dmabuf_result_turn(&result, &setting), 0);
	assert_int_equal(dmabuf_result_write(&result, NULL, NULL), 0);
	assert_int_equal(nr_records, 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_but_the_first_sample_are_kept),
		TEST(a_turn_is_never_a_skip),
		TEST(what_was_not_tried_in_vain_may_be_one),
		TEST(what_cannot_be_revoked_has_no_such_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
