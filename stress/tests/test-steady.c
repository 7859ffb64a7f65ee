// SPDX-License-Identifier: GPL-2.0-only
/*
 * What proves nothing: I/O with memory that its own driver takes away meanwhile, and
 * calls of which an allocation has failed.
 */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "../engine/engine.h"
#include "../engine/io.h"

#define PAGE 4096

static char host[SLOT_BYTES] __attribute__((aligned(PAGE)));

/* a slot whose memory has nothing of what is on the disk */
static struct actor *actor_of(struct world *world)
{
	static struct actor actor;

	assert_int_equal(world_init(world), 0);
	touch_init();
	actor = (struct actor){ .world = world, .host = host };
	slots_init(world, actor.slots, SLOT_NR_OWN, 1);
	assert_int_equal(
		slot_map(&actor, &actor.slots[0], SLOT_P2P, -1, 0, PAGE), 0);
	return &actor;
}

static void read_of_nothing(struct actor *actor, struct promise *promise)
{
	struct slot *slot = &actor->slots[0];

	assert_true(io_begin(actor, slot));
	if (promise)
		promise_end(promise, promise_begin(promise), false);
	io_compare(actor, slot, -1, slot->addr, PAGE, 0);
	io_end(actor);
}

static void wrong_data_count_where_nobody_reset_it(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);

	read_of_nothing(actor, &world.shared->shaken);
	assert_false(atomic_load(&world.shared->told));
	read_of_nothing(actor, NULL);
	assert_true(atomic_load(&world.shared->told));
	assert_int_equal(atomic_load(&world.shared->oracle), ORACLE_DATA);
}

static void a_reset_may_empty_memory(void **state)
{
	struct world world = { .device.forgets = true };
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	slot->kind = SLOT_BAR;
	io_claim(actor, slot, slot->addr, PAGE);
	atomic_fetch_add(&world.shared->begun, 1);
	io_compare(actor, slot, -1, slot->addr, PAGE, 0);
	assert_false(atomic_load(&world.shared->told));
	io_claim(actor, slot, slot->addr, PAGE);
	io_compare(actor, slot, -1, slot->addr, PAGE, 0);
	assert_true(atomic_load(&world.shared->told));
}

static void two_mappings_may_be_of_the_same_pages(void **state)
{
	struct slot one = { .kind = SLOT_BAR, .bar_page = 10 };
	struct slot other = { .kind = SLOT_DMABUF, .bar_page = 12 };

	assert_false(io_overlap(&one, &other, 2));
	assert_true(io_overlap(&one, &other, 3));
	assert_true(io_overlap(&other, &one, 3));
	other.kind = SLOT_P2P;
	assert_false(io_overlap(&one, &other, 3));
}

/* of whatever kind the others' access is: they claim before they write */
static void pages_of_several_prove_nothing(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct actor other = { .world = &world, .index = 1 };

	io_claim_pages(actor, 7, 3);
	assert_true(io_pages_prove(actor, 7, 3));
	assert_false(io_pages_prove(actor, 6, 2));
	io_claim_pages(&other, 9, 1);
	assert_true(io_pages_prove(actor, 7, 2));
	assert_false(io_pages_prove(actor, 7, 3));
	assert_false(io_pages_prove(&other, 9, 1));
	promise_end(&world.shared->registered,
		    promise_begin(&world.shared->registered), false);
	assert_false(io_pages_prove(actor, 7, 2));
}

/* nobody knows whose page it hits */
static void dma_that_should_arrive_nowhere_proves_nothing(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct promise *astray = &world.shared->astray;
	uint32_t number = promise_begin(astray);

	io_claim_pages(actor, 7, 1);
	promise_end(astray, number, false);
	assert_false(io_pages_prove(actor, 7, 1));
	io_claim_pages(actor, 7, 1);
	assert_true(io_pages_prove(actor, 7, 1));
	promise_end(astray, promise_begin(astray), false);
	assert_false(io_pages_prove(actor, 7, 1));
}

static void io_may_fail_where_it_was_reset(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];
	struct promise *promise = &world.shared->shaken;
	uint32_t number = promise_begin(promise);

	/* it began before the I/O, and ends after it */
	assert_true(io_begin(actor, slot));
	io_judge(actor, slot, -EIO);
	promise_end(promise, number, false);
	io_judge(actor, slot, -EIO);
	io_end(actor);
	assert_false(atomic_load(&world.shared->told));
	assert_true(io_begin(actor, slot));
	io_judge(actor, slot, -EIO);
	io_end(actor);
	assert_true(atomic_load(&world.shared->told));
}

static void io_may_fail_where_there_is_no_memory_for_it(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	assert_true(io_begin(actor, slot));
	actor->failing = true;
	io_judge(actor, slot, -EIO);
	assert_false(atomic_load(&world.shared->told));
	actor->failing = false;
	io_judge(actor, slot, -EIO);
	io_end(actor);
	assert_true(atomic_load(&world.shared->told));
}

/* It has a page that a reset waits for, or none. */
static void io_with_struct_pages_does_not_fail_on_its_way(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	slot->kind = SLOT_DMABUF;
	assert_true(io_begin(actor, slot));
	io_judge(actor, slot, -EIO);
	io_end(actor);
	assert_false(atomic_load(&world.shared->told));
	slot->kind = SLOT_BAR;
	assert_true(io_begin(actor, slot));
	io_judge(actor, slot, -EFAULT);
	assert_false(atomic_load(&world.shared->told));
	io_judge(actor, slot, -EIO);
	io_end(actor);
	assert_true(atomic_load(&world.shared->told));
}

/* as mmap() of it, while memory is given back that is still to be enabled, or not */
static void map_unready(struct actor *actor, enum slot_kind kind, bool unready)
{
	struct promise *promise = &actor->world->shared->unready;
	uint32_t number = unready ? promise_begin(promise) : 0;

	assert_int_equal(slot_map(actor, &actor->slots[0], kind, -1, 0, PAGE),
			 0);
	if (unready)
		promise_end(promise, number, false);
}

static void memory_that_is_to_be_enabled_proves_nothing(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	map_unready(actor, SLOT_P2P, true);
	assert_true(io_begin(actor, slot));
	assert_false(io_was_ready(actor));
	io_judge(actor, slot, -EIO);
	io_compare(actor, slot, -1, slot->addr, PAGE, 0);
	io_end(actor);
	assert_false(atomic_load(&world.shared->told));
	map_unready(actor, SLOT_P2P, false);
	assert_true(io_begin(actor, slot));
	assert_true(io_was_ready(actor));
	/* it is gone before that gives any back */
	promise_end(&world.shared->unready,
		    promise_begin(&world.shared->unready), false);
	io_judge(actor, slot, -EIO);
	io_end(actor);
	assert_true(atomic_load(&world.shared->told));
}

/* A mapping of a BAR is not: it is faulted in again. */
static void a_bar_that_is_to_be_enabled_proves_nothing(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	map_unready(actor, SLOT_BAR, false);
	assert_true(io_begin(actor, slot));
	io_claim(actor, slot, slot->addr, PAGE);
	promise_end(&world.shared->unready,
		    promise_begin(&world.shared->unready), false);
	io_judge(actor, slot, -EIO);
	io_compare(actor, slot, -1, slot->addr, PAGE, 0);
	io_end(actor);
	assert_false(atomic_load(&world.shared->told));
	assert_true(io_begin(actor, slot));
	io_claim(actor, slot, slot->addr, PAGE);
	io_compare(actor, slot, -1, slot->addr, PAGE, 0);
	io_end(actor);
	assert_true(atomic_load(&world.shared->told));
}

static bool is_closed_at_once(struct world *world)
{
	bool closed = gate_close(world, 5);

	gate_open(world);
	return closed;
}

static void who_has_all_pages_is_not_waited_for(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	slot->kind = SLOT_BAR;
	assert_true(io_begin(actor, slot));
	assert_false(is_closed_at_once(&world));
	io_has_pages(actor);
	assert_true(is_closed_at_once(&world));
	/* but its end is: what it brings belongs to before */
	assert_false(gate_await_landed(&world, 5));
	io_end(actor);
	assert_true(gate_await_landed(&world, 5));
	assert_int_equal(atomic_load(&world.shared->nr_inside), 0);
}

/* in a shared slot, where another actor maps something else */
static void who_is_inside_comes_out_whatever_is_mapped_by_then(void **state)
{
	static const enum slot_kind kinds[] = { SLOT_P2P, SLOT_BAR };
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	for (int i = 0; i < 2; i++) {
		slot->kind = kinds[i];
		assert_true(io_begin(actor, slot));
		slot->kind = kinds[!i];
		io_end(actor);
		assert_int_equal(atomic_load(&world.shared->nr_inside), 0);
		assert_int_equal(atomic_load(&world.shared->nr_flying), 0);
	}
}

static void nobody_goes_inside_of_a_closed_gate(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	assert_true(gate_close(&world, 5));
	slot->kind = SLOT_BAR;
	assert_false(io_begin(actor, slot));
	slot->kind = SLOT_P2P;
	assert_true(io_begin(actor, slot));
	io_end(actor);
	gate_open(&world);
	assert_int_equal(atomic_load(&world.shared->nr_inside), 0);
}

static int do_refuse(struct actor *actor, const int64_t *arg)
{
	return -EDOM;
}

static const struct op op_refuse = { .name = "refuse", .run = do_refuse };

/* There is no third allocation in it, nor any other. */
static void a_failure_that_did_not_come_about_is_no_excuse(void **state)
{
	static struct program program = {
		.before = { .name = "before", .turns = 1 },
		.nr_actors = 1,
		.actors = { { .name = "actor",
			      .turns = 1,
			      .nr_calls = 1,
			      .calls = { { .op = &op_refuse,
					   .fail_nth = 3 } } } },
		.after = { .name = "after", .turns = 1 },
	};
	struct world world = {};

	assert_int_equal(world_init(&world), 0);
	engine_race(&world, &program);
	assert_true(atomic_load(&world.shared->told));
	assert_int_equal(atomic_load(&world.shared->nr_failed), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_data_count_where_nobody_reset_it),
		cmocka_unit_test(a_reset_may_empty_memory),
		cmocka_unit_test(two_mappings_may_be_of_the_same_pages),
		cmocka_unit_test(pages_of_several_prove_nothing),
		cmocka_unit_test(dma_that_should_arrive_nowhere_proves_nothing),
		cmocka_unit_test(io_may_fail_where_it_was_reset),
		cmocka_unit_test(io_may_fail_where_there_is_no_memory_for_it),
		cmocka_unit_test(io_with_struct_pages_does_not_fail_on_its_way),
		cmocka_unit_test(memory_that_is_to_be_enabled_proves_nothing),
		cmocka_unit_test(a_bar_that_is_to_be_enabled_proves_nothing),
		cmocka_unit_test(who_has_all_pages_is_not_waited_for),
		cmocka_unit_test(
			who_is_inside_comes_out_whatever_is_mapped_by_then),
		cmocka_unit_test(nobody_goes_inside_of_a_closed_gate),
		cmocka_unit_test(
			a_failure_that_did_not_come_about_is_no_excuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
