// SPDX-License-Identifier: GPL-2.0-only
/* What is done to a PF is right or wrong by what was true of its VF all the while. */
#include "../../tests/unit/test.h"

#include <errno.h>

#include "../engine/ops-pf.c"

static struct shared shared;
static struct world world = { .shared = &shared };
static struct actor actor = { .world = &world };

/* in place of the kernel's: what each call returns, the last one again and again */
static int results[4];
static unsigned int nr_calls;
static bool ends_registration;

static int next_result(void)
{
	unsigned int last = sizeof(results) / sizeof(*results) - 1;

	if (ends_registration)
		promise_end(&shared.registered,
			    promise_begin(&shared.registered), false);
	return results[nr_calls < last ? nr_calls++ : last];
}

int power_do(struct device *device, enum power_path path)
{
	return next_result();
}

int device_join(struct device *device, char why[ENGINE_TEXT_BYTES])
{
	int ret = next_result();

	if (!ret)
		device->vfio = 1;
	return ret;
}

void device_leave(struct device *device)
{
	device->vfio = -1;
}

const char *power_name(enum power_path path)
{
	return "a reset";
}

uint32_t power_will_end(struct shared *of)
{
	return 0;
}

int neighbour_register(struct actor *by, const struct device *neighbour,
		       uint32_t timeout_ms)
{
	return 0;
}

int neighbour_unregister(const struct device *neighbour)
{
	return 0;
}

int neighbour_use(struct actor *by, const struct device *neighbour,
		  int64_t pages, int64_t block, bool slow)
{
	return 0;
}

static void begin(bool registered)
{
	memset(&shared, 0, sizeof(shared));
	memset(results, 0, sizeof(results));
	nr_calls = 0;
	ends_registration = false;
	world.pf = (struct device){
		.vfio = 1,
		.iommufd = 2,
		.paths = 1u << POWER_RESET,
	};
	if (registered)
		promise_end(&shared.registered,
			    promise_begin(&shared.registered), true);
}

static int run(const struct op *op)
{
	static const int64_t arg[ENGINE_NR_ARGS] = { POWER_RESET };

	return op->run(&actor, arg);
}

static void expect_wrong(const char *part)
{
	assert_true(atomic_load(&shared.told));
	assert_int_equal(atomic_load(&shared.oracle), ORACLE_MODEL);
	assert_contains(shared.text, part);
}

static void a_reset_with_memory_registered_is_wrong(void **state)
{
	begin(true);
	assert_int_equal(run(&op_pf_reset), 0);
	expect_wrong("a reset of a PF");
}

static void one_without_is_right(void **state)
{
	begin(false);
	assert_int_equal(run(&op_pf_reset), 0);
	assert_false(atomic_load(&shared.told));
}

static void one_that_is_refused_is_right(void **state)
{
	begin(true);
	results[0] = -EBUSY;
	assert_int_equal(run(&op_pf_reset), -EBUSY);
	assert_false(atomic_load(&shared.told));
}

/* Nobody knows which of the two came first. */
static void the_registration_may_end_meanwhile(void **state)
{
	begin(true);
	ends_registration = true;
	assert_int_equal(run(&op_pf_reset), 0);
	assert_false(atomic_load(&shared.told));
}

/* Memory that nobody has registered is not kept from what a reset does to it. */
static void data_prove_nothing_where_it_may_be_reset(void **state)
{
	uint32_t quiet;

	begin(true);
	quiet = promise_quiet(&shared.shaken);
	results[0] = -EBUSY;
	assert_int_equal(run(&op_pf_reset), -EBUSY);
	assert_true(promise_still(&shared.shaken, quiet));
	begin(false);
	quiet = promise_quiet(&shared.shaken);
	assert_int_equal(run(&op_pf_reset), 0);
	assert_false(promise_still(&shared.shaken, quiet));
}

static void an_opening_with_memory_registered_is_wrong(void **state)
{
	begin(true);
	assert_int_equal(run(&op_pf_reopen), 0);
	expect_wrong("an opening of a PF");
}

static void one_that_is_refused_leaves_it_closed(void **state)
{
	begin(true);
	results[0] = -EBUSY;
	assert_int_equal(run(&op_pf_reopen), -EBUSY);
	assert_int_equal(run(&op_pf_reset), DONE_NOTHING);
	assert_false(atomic_load(&shared.told));
	/* and the next time it is opened */
	begin(false);
	world.pf.vfio = -1;
	assert_int_equal(run(&op_pf_reopen), 0);
	assert_int_equal(run(&op_pf_reset), 0);
	assert_false(atomic_load(&shared.told));
}

static void other_reasons_pass(void **state)
{
	begin(false);
	results[0] = results[1] = -EINVAL;
	assert_int_equal(run(&op_pf_reopen), 0);
	assert_int_equal(nr_calls, 3);
	assert_false(atomic_load(&shared.told));
}

static void without_a_pf_there_is_nothing_to_do(void **state)
{
	begin(false);
	world.pf = (struct device){ .vfio = -1, .iommufd = -1 };
	assert_int_equal(run(&op_pf_reset), DONE_NOTHING);
	assert_int_equal(run(&op_pf_reopen), DONE_NOTHING);
	assert_int_equal(nr_calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_with_memory_registered_is_wrong),
		cmocka_unit_test(one_without_is_right),
		cmocka_unit_test(one_that_is_refused_is_right),
		cmocka_unit_test(the_registration_may_end_meanwhile),
		cmocka_unit_test(data_prove_nothing_where_it_may_be_reset),
		cmocka_unit_test(an_opening_with_memory_registered_is_wrong),
		cmocka_unit_test(one_that_is_refused_leaves_it_closed),
		cmocka_unit_test(other_reasons_pass),
		cmocka_unit_test(without_a_pf_there_is_nothing_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
