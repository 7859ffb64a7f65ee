// SPDX-License-Identifier: GPL-2.0-only
/* What the model of a BAR takes for right, one operation after the other */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <linux/vfio.h>
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

static void model_of(bool forgets)
{
	const struct world world = {
		.device = { .forgets = forgets,
			    .paths = 1u << POWER_RESET | 1u << POWER_HOT_RESET |
				     1u << POWER_FLR },
		.disk = 0,
	};

	model_init(&model, &world);
}

#define STEP_BY(actor, name, a, b, c) step_by(actor, &op_##name, a, b, c)
#define DO(name, a, b, c) STEP_BY(0, name, a, b, c)

static void a_byte_is_what_was_written_last(void **state)
{
	model_of(false);
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
	model_of(false);
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

/* COMMAND.MEM is its PF's: what is written to its own ends mappings, no more. */
static void memory_of_a_vf_stays_on(void **state)
{
	model_of(false);
	model.vf = true;
	assert_int_equal(DO(bar_map, 0, 0, 1), 0);
	assert_int_equal(DO(poke, 0, 0, 9), 0);
	assert_int_equal(DO(power_off, POWER_MEMORY, 0, 0), 0);
	assert_int_equal(DO(peek, 0, 0, 0), DONE_BYTE(9));
	assert_int_equal(DO(register, 0, 1, 0), 0);
	assert_int_equal(DO(p2p_map, 1, 1, 0), 0);
	assert_int_equal(DO(poke, 1, 0, 1), 0);
	assert_int_equal(DO(power_off, POWER_MEMORY, 0, 0), 0);
	assert_int_equal(DO(peek, 1, 0, 0), DONE_SIGNAL(SIGBUS));
	assert_int_equal(DO(p2p_map, 1, 1, 0), 0);
}

static void a_reset_ends_p2p_mappings_for_good(void **state)
{
	model_of(false);
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
	model_of(false);
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
	model_of(false);
	assert_int_equal(DO(export, 0, 0, 1), 0);
	assert_int_equal(DO(dmabuf_map, 1, 0, 0), 0);
	assert_int_equal(DO(poke, 1, 0, 3), 0);
	assert_int_equal(DO(dmabuf_revoke, 0, 0, 0), 0);
	assert_int_equal(DO(peek, 1, 0, 0), DONE_SIGNAL(SIGBUS));
	assert_int_equal(DO(dmabuf_map, 2, 0, 0), -ENODEV);
	assert_int_equal(DO(register, 0, 1, 0), 0);
}

static void the_state_is_what_was_done(void **state)
{
	model_of(false);
	assert_int_equal(DO(query, 0, 0, 0), DONE_BYTE(VFIO_P2P_STATE_NONE));
	assert_int_equal(DO(register, 0, 1, 0), 0);
	assert_int_equal(DO(query, 0, 0, 0), DONE_BYTE(VFIO_P2P_STATE_LIVE));
	assert_int_equal(DO(power_off, POWER_LOW, 0, 0), 0);
	assert_int_equal(DO(query, 0, 0, 0), DONE_BYTE(VFIO_P2P_STATE_FROZEN));
	assert_int_equal(DO(reset, POWER_FLR, 0, 0), 0);
	assert_int_equal(DO(query, 0, 0, 0), DONE_BYTE(VFIO_P2P_STATE_FROZEN));
	assert_int_equal(DO(power_on, POWER_LOW, 0, 0), 0);
	assert_int_equal(DO(query, 0, 0, 0), DONE_BYTE(VFIO_P2P_STATE_LIVE));
	assert_int_equal(DO(unregister, 0, 0, 0), 0);
	assert_int_equal(DO(query, 0, 0, 0), DONE_BYTE(VFIO_P2P_STATE_NONE));
}

static void a_way_that_is_not_there_does_nothing(void **state)
{
	model_of(true);
	assert_int_equal(DO(register, 0, 1, 0), 0);
	assert_int_equal(DO(p2p_map, 0, 1, 0), 0);
	assert_int_equal(DO(poke, 0, 0, 7), 0);
	assert_int_equal(DO(reset, POWER_AF_FLR, 0, 0), DONE_NOTHING);
	assert_int_equal(DO(peek, 0, 0, 0), DONE_BYTE(7));
	assert_int_equal(DO(reset, POWER_HOT_RESET, 0, 0), 0);
	assert_int_equal(DO(peek, 0, 0, 0), DONE_SIGNAL(SIGBUS));
}

/* Who gives up since I/O has a page has ended mappings all the same. */
static void who_gives_up_leaves_the_registration(void **state)
{
	model_of(false);
	assert_int_equal(DO(reset_pinned, 0, 0, POWER_RESET), DONE_NOTHING);
	assert_int_equal(DO(register, 0, 1, 0), 0);
	assert_int_equal(DO(p2p_map, 1, 1, 0), 0);
	assert_int_equal(DO(reset_pinned, 0, 0, POWER_AF_FLR), DONE_NOTHING);
	assert_int_equal(DO(reset_pinned, 0, 0, POWER_RESET), -EBUSY);
	assert_int_equal(DO(peek, 0, 0, 0), DONE_SIGNAL(SIGBUS));
	assert_int_equal(DO(peek, 1, 0, 0), DONE_SIGNAL(SIGBUS));
	assert_int_equal(DO(query, 0, 0, 0), DONE_BYTE(VFIO_P2P_STATE_LIVE));
	assert_int_equal(DO(unregister_pinned, 0, 0, 20000), 0);
	assert_int_equal(DO(query, 0, 0, 0), DONE_BYTE(VFIO_P2P_STATE_NONE));
	assert_int_equal(DO(peek, 0, 0, 0), DONE_SIGNAL(SIGBUS));
}

/* Emulated devices keep it, others may not. */
static void a_reset_may_empty_memory(void **state)
{
	for (int forgets = 0; forgets < 2; forgets++) {
		int wanted = forgets ? TAKE_FOR_GRANTED : DONE_BYTE(7);

		model_of(forgets);
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
		cmocka_unit_test(memory_of_a_vf_stays_on),
		cmocka_unit_test(a_reset_ends_p2p_mappings_for_good),
		cmocka_unit_test(dma_bufs_and_registration_exclude_each_other),
		cmocka_unit_test(one_that_is_revoked_for_good_keeps_nothing),
		cmocka_unit_test(the_state_is_what_was_done),
		cmocka_unit_test(a_way_that_is_not_there_does_nothing),
		cmocka_unit_test(who_gives_up_leaves_the_registration),
		cmocka_unit_test(a_reset_may_empty_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
