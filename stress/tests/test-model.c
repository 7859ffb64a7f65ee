// SPDX-License-Identifier: GPL-2.0-only
/* What the model of a BAR takes for right, one operation after the other */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <signal.h>

#include "../engine/ops.h"
#include "../engine/power.h"
#include "../model/model.h"

#define TAKE_FOR_GRANTED DONE_BYTE(0x5a)

static struct model model;

static int step_by(unsigned int actor, const struct op *op, int64_t a,
		   int64_t b, int64_t c)
{
	struct call call = { .op = op, .arg = { a, b, c } };

	return model_step(&model, actor, &call, TAKE_FOR_GRANTED);
}

#define STEP_BY(actor, name, a, b, c) step_by(actor, &op_##name, a, b, c)
#define DO(name, a, b, c) STEP_BY(0, name, a, b, c)

static void a_byte_is_what_was_written_last(void **state)
{
	model_init(&model, false);
	assert_int_equal(DO(bar_map, 0, 3, 4), 0);
	/* nobody has written it: what is read is it from now on */
	assert_int_equal(DO(peek, 0, 1, 0), TAKE_FOR_GRANTED);
	assert_int_equal(DO(poke, 0, 0, 7), 0);
	assert_int_equal(DO(peek, 0, 0, 0), DONE_BYTE(7));
	/* the same page, by another actor */
	assert_int_equal(STEP_BY(1, bar_map, 2, 0, 8), 0);
	assert_int_equal(STEP_BY(1, peek, 2, 3, 0), DONE_BYTE(7));
}

static void memory_that_is_off_is_a_sigbus(void **state)
{
	model_init(&model, false);
	assert_int_equal(DO(bar_map, 0, 0, 1), 0);
	assert_int_equal(DO(poke, 0, 0, 9), 0);
	for (int path = POWER_MEMORY; path <= POWER_LOW;
	     path += POWER_LOW - POWER_MEMORY) {
		assert_int_equal(DO(power_off, path, 0, 0), 0);
		assert_int_equal(DO(peek, 0, 0, 0), DONE_SIGNAL(SIGBUS));
		assert_int_equal(DO(register, 0, 1, 0), -EIO);
		assert_int_equal(DO(power_on, path, 0, 0), 0);
		assert_int_equal(DO(peek, 0, 0, 0), DONE_BYTE(9));
	}
}

static void a_reset_ends_p2p_mappings_for_good(void **state)
{
	model_init(&model, false);
	assert_int_equal(DO(p2p_map, 0, 1, 0), -ENOENT);
	assert_int_equal(DO(register, 0, 1, 0), 0);
	assert_int_equal(DO(register, 0, 1, 0), -EEXIST);
	assert_int_equal(DO(p2p_map, 0, 1, 0), 0);
	assert_int_equal(DO(poke, 0, 0, 1), 0);
	assert_int_equal(DO(bar_map, 1, 0, 1), -EBUSY);
	assert_int_equal(DO(reset, POWER_RESET, 0, 0), 0);
	assert_int_equal(DO(peek, 0, 0, 0), DONE_SIGNAL(SIGBUS));
	assert_int_equal(DO(p2p_map, 0, 1, 0), 0);
	assert_int_equal(DO(unregister, 0, 0, 0), 0);
	assert_int_equal(DO(peek, 0, 0, 0), DONE_SIGNAL(SIGBUS));
}

static void dma_bufs_and_registration_exclude_each_other(void **state)
{
	model_init(&model, false);
	assert_int_equal(DO(export, 0, 0, 1), 0);
	assert_int_equal(DO(register, 0, 1, 0), -EBUSY);
	/* a mapping keeps it when its file is closed */
	assert_int_equal(DO(dmabuf_map, 1, 0, 0), 0);
	assert_int_equal(DO(dmabuf_close, 0, 0, 0), 0);
	assert_int_equal(DO(register, 0, 1, 0), -EBUSY);
	assert_int_equal(DO(unmap, 1, 0, 0), 0);
	assert_int_equal(DO(register, 0, 1, 0), 0);
	assert_int_equal(DO(export, 0, 0, 1), -EBUSY);
}

static void one_that_is_revoked_for_good_keeps_nothing(void **state)
{
	model_init(&model, false);
	assert_int_equal(DO(export, 0, 0, 1), 0);
	assert_int_equal(DO(dmabuf_map, 1, 0, 0), 0);
	assert_int_equal(DO(poke, 1, 0, 3), 0);
	assert_int_equal(DO(dmabuf_revoke, 0, 0, 0), 0);
	assert_int_equal(DO(peek, 1, 0, 0), DONE_SIGNAL(SIGBUS));
	assert_int_equal(DO(dmabuf_map, 2, 0, 0), -ENODEV);
	assert_int_equal(DO(register, 0, 1, 0), 0);
}

/* Emulated devices keep it, others may not. */
static void a_reset_may_empty_memory(void **state)
{
	for (int forgets = 0; forgets < 2; forgets++) {
		int wanted = forgets ? TAKE_FOR_GRANTED : DONE_BYTE(7);

		model_init(&model, forgets);
		assert_int_equal(DO(bar_map, 0, 0, 1), 0);
		assert_int_equal(DO(poke, 0, 0, 7), 0);
		assert_int_equal(DO(reset, POWER_RESET, 0, 0), 0);
		assert_int_equal(DO(peek, 0, 0, 0), wanted);
		assert_int_equal(DO(poke, 0, 0, 7), 0);
		assert_int_equal(DO(power_off, POWER_MEMORY, 0, 0), 0);
		assert_int_equal(DO(power_on, POWER_MEMORY, 0, 0), 0);
		assert_int_equal(DO(peek, 0, 0, 0), wanted);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_byte_is_what_was_written_last),
		cmocka_unit_test(memory_that_is_off_is_a_sigbus),
		cmocka_unit_test(a_reset_ends_p2p_mappings_for_good),
		cmocka_unit_test(dma_bufs_and_registration_exclude_each_other),
		cmocka_unit_test(one_that_is_revoked_for_good_keeps_nothing),
		cmocka_unit_test(a_reset_may_empty_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
