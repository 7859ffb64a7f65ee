// SPDX-License-Identifier: GPL-2.0-only
/* What proves that data went where they were to go: to memory, and to a disk */
#include "../../tests/unit/test.h"

#include <string.h>
#include <unistd.h>

#include "../engine/engine.h"
#include "../engine/io.h"
#include "../engine/ops.h"
#include "../engine/own.h"
#include "../engine/stamp.h"
#include "disk-file.h"

#define PAGE 4096
#define NR_PAGES 64

static char host[SLOT_BYTES] __attribute__((aligned(PAGE)));

/* a slot whose memory is the host's, taken for P2P memory */
static struct actor *actor_of(struct world *world)
{
	static struct actor actor;

	assert_int_equal(world_init(world), 0);
	touch_init();
	world->disk = disk_file(world, DISK_PLAIN);
	world->slow = disk_file(world, DISK_SLOW);
	actor = (struct actor){ .world = world, .host = host, .index = 3 };
	slots_init(world, actor.slots, SLOT_NR_OWN, 1);
	assert_int_equal(slot_map(&actor, &actor.slots[0], SLOT_P2P, -1, 0,
				  NR_PAGES * PAGE),
			 0);
	return &actor;
}

static void end(const struct world *world)
{
	close(world->disk);
	close(world->slow);
}

static void run(struct actor *actor, const struct op *op, int64_t a, int64_t b,
		int64_t c)
{
	const int64_t arg[ENGINE_NR_ARGS] = { 0, a, b, c };

	assert_int_equal(op->run(actor, arg), 0);
	assert_false(atomic_load(&actor->world->shared->told));
}

static void what_goes_well_is_no_failure(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);

	run(actor, &op_disk_read, 3, 16, 1007);
	run(actor, &op_slow_read, 0, 64, 7);
	run(actor, &op_disk_write, 3, 16, 1023);
	run(actor, &op_aio_read, 64, 1000, 0);
	run(actor, &op_aio_read, 64, 1000, 1);
	run(actor, &op_aio_write, 64, 5, 0);
	run(actor, &op_aio_write, 64, 5, 1);
	for (int64_t how = 0; how < 200; how += 7) {
		run(actor, &op_disk_scatter, 1 + how % 64, how * 5, how);
		run(actor, &op_disk_gather, 1 + how % 64, how * 5, how);
	}
	/* nobody has changed what all read */
	run(actor, &op_disk_read, 0, 64, 0);
	run(actor, &op_slow_read, 0, 64, 1000);
	end(&world);
}

static void disks_have_data_of_their_own(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	assert_true(io_begin(actor, slot));
	assert_int_equal(pread(world.disk, slot->addr, PAGE, 0), PAGE);
	io_compare(actor, slot, world.disk, slot->addr, PAGE, 0);
	assert_false(atomic_load(&world.shared->told));
	io_compare(actor, slot, world.slow, slot->addr, PAGE, 0);
	assert_true(atomic_load(&world.shared->told));
	io_end(actor);
	end(&world);
}

static void a_read_that_brings_nothing_is_seen(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	run(actor, &op_disk_read, 0, 2, 9);
	assert_true(io_begin(actor, slot));
	io_poison(actor, slot, slot->addr, 2 * PAGE);
	io_compare(actor, slot, world.disk, slot->addr + PAGE, PAGE, 10 * PAGE);
	assert_true(atomic_load(&world.shared->told));
	io_end(actor);
	end(&world);
}

/* Others may have theirs there, or it is to be faulted in by the I/O. */
static void only_what_is_ones_own_is_poisoned(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	run(actor, &op_disk_read, 0, 2, 9);
	slot->kind = SLOT_BAR;
	io_poison(actor, slot, slot->addr, PAGE);
	slot->kind = SLOT_P2P;
	assert_true(io_begin(actor, slot));
	io_compare(actor, slot, world.disk, slot->addr, PAGE, 9 * PAGE);
	assert_false(atomic_load(&world.shared->told));
	io_end(actor);
	end(&world);
}

/* The disk has what the write before has left there. */
static void lose_a_write(struct actor *actor, struct promise *promise)
{
	struct slot *slot = &actor->slots[0];
	struct own own;

	run(actor, &op_disk_write, 0, 4, 0);
	assert_true(io_begin(actor, slot));
	own_begin(actor, actor->world->disk, &own);
	assert_int_equal(own_fill(actor, &own, slot->addr, 4 * PAGE, 0), 0);
	if (promise)
		promise_end(promise, promise_begin(promise), false);
	if (own_read(actor, &own, 4))
		own_judge(actor, &own, 0, 4);
	io_end(actor);
}

static void a_write_that_is_lost_is_seen(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);

	/* not where the driver of a CMB has reset it */
	lose_a_write(actor, &world.shared->shaken);
	assert_false(atomic_load(&world.shared->told));
	lose_a_write(actor, NULL);
	assert_true(atomic_load(&world.shared->told));
	assert_int_equal(atomic_load(&world.shared->oracle), ORACLE_DATA);
	end(&world);
}

static void who_was_waited_for_long_enough_proves_nothing(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct own own;

	assert_true(io_begin(actor, &actor->slots[0]));
	own_begin(actor, world.disk, &own);
	own.begin_ns -= 300 * 1000000ull;
	atomic_store(&world.shared->least_ms, 300);
	assert_true(own_read(actor, &own, 1));
	atomic_fetch_add(&world.shared->begun, 1);
	assert_false(own_read(actor, &own, 1));
	atomic_store(&world.shared->least_ms, 20000);
	assert_true(own_read(actor, &own, 1));
	/* resets that the kernel does by itself have ten seconds, whatever was said */
	own.begin_ns -= 10000 * 1000000ull;
	assert_false(own_read(actor, &own, 1));
	atomic_store(&world.shared->least_ms, 0);
	assert_false(own_read(actor, &own, 1));
	actor->looked_ns = own.begin_ns;
	io_judge(actor, &actor->slots[0], -EIO);
	assert_false(atomic_load(&world.shared->told));
	actor->looked_ns = engine_now_ns();
	io_judge(actor, &actor->slots[0], -EIO);
	assert_true(atomic_load(&world.shared->told));
	io_end(actor);
	end(&world);
}

static void actors_have_blocks_of_their_own(void **state)
{
	struct actor actor = {}, next = { .index = 1 };

	assert_true(own_offset(&actor, 0) >=
		    (STAMP_NR_BLOCKS + STAMP_MAX_PAGES) * PAGE);
	assert_true(own_offset(&next, 0) >= own_offset(&actor, OWN_NR_BLOCKS));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_well_is_no_failure),
		cmocka_unit_test(disks_have_data_of_their_own),
		cmocka_unit_test(a_read_that_brings_nothing_is_seen),
		cmocka_unit_test(only_what_is_ones_own_is_poisoned),
		cmocka_unit_test(a_write_that_is_lost_is_seen),
		cmocka_unit_test(who_was_waited_for_long_enough_proves_nothing),
		cmocka_unit_test(actors_have_blocks_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
