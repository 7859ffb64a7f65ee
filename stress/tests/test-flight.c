// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is given up in I/O, and I/O behind its end: what is right, and what not */
#include "../../tests/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../engine/engine.h"
#include "../engine/fresh.h"
#include "../engine/io.h"
#include "../engine/ops.h"
#include "../engine/stamp.h"
#include "disk-file.h"

#define PAGE 4096
#define NR_PAGES 64

#define SLOW 2
#define WRITES 4

static char host[SLOT_BYTES] __attribute__((aligned(PAGE)));

static void map(struct actor *actor, enum slot_kind kind, int fd)
{
	assert_int_equal(
		slot_map(actor, &actor->slots[0], kind, fd, 0, NR_PAGES * PAGE),
		0);
}

/* memory of the host stands for P2P memory, and a file for a device */
static struct actor *actor_of(struct world *world)
{
	static struct actor actor;

	assert_int_equal(world_init(world), 0);
	touch_init();
	world->disk = disk_file(world, DISK_PLAIN);
	world->slow = disk_file(world, DISK_SLOW);
	world->device.vfio = memfd_create("bar", MFD_CLOEXEC);
	world->device.bar_bytes = 4ull << 20;
	assert_int_equal(ftruncate(world->device.vfio, 4 << 20), 0);
	actor = (struct actor){
		.world = world,
		.host = host,
		.index = 3,
		.alone = true,
	};
	slots_init(world, actor.slots, SLOT_NR_OWN, 1);
	map(&actor, SLOT_P2P, -1);
	return &actor;
}

static void end(const struct world *world)
{
	close(world->disk);
	close(world->slow);
	close(world->device.vfio);
}

static int run(struct actor *actor, const struct op *op, int64_t a, int64_t b,
	       int64_t c)
{
	const int64_t arg[ENGINE_NR_ARGS] = { 0, a, b, c };

	return op->run(actor, arg);
}

static void what_is_given_up_is_no_failure(void **state)
{
	static const struct op *const ops[] = { &op_io_unmapped, &op_io_dropped,
						&op_io_moved };
	struct world world = {};
	struct actor *actor = actor_of(&world);

	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		for (int64_t how = 0; how <= SLOW + WRITES; how += 2) {
			map(actor, SLOT_P2P, -1);
			assert_int_equal(
				run(actor, ops[i], 1 + how * 10, 1000, how), 0);
			map(actor, SLOT_BAR, world.device.vfio);
			assert_int_equal(
				run(actor, ops[i], 1 + how * 10, 1000, how), 0);
		}
	assert_false(atomic_load(&world.shared->told));
	end(&world);
}

/* mapped anew, the BAR has to have what was read by the mapping before */
static void what_was_read_is_looked_for_in_the_bar(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);

	/* not the BAR's */
	map(actor, SLOT_BAR, -1);
	run(actor, &op_io_unmapped, 4, 7, 0);
	assert_true(atomic_load(&world.shared->told));
	assert_int_equal(atomic_load(&world.shared->oracle), ORACLE_DATA);
	end(&world);
}

static void a_write_from_a_bar_is_judged_where_it_is_ones_own(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];

	map(actor, SLOT_BAR, world.device.vfio);
	assert_int_equal(run(actor, &op_disk_write, 2, 4, 0), 0);
	assert_int_equal(run(actor, &op_aio_write, -4, 0, 0), 0);
	assert_int_equal(run(actor, &op_disk_gather, -9, 0, 5), 0);
	assert_false(atomic_load(&world.shared->told));
	io_claim(actor, slot, slot->addr, 2 * PAGE);
	assert_true(io_proves(actor, slot, slot->addr, 2 * PAGE));
	actor->index = 4;
	io_claim_pages(actor, 1, 1);
	actor->index = 3;
	assert_true(io_proves(actor, slot, slot->addr, PAGE));
	assert_false(io_proves(actor, slot, slot->addr, 2 * PAGE));
	/* others have this one, too */
	world.slots[0] = *slot;
	assert_false(io_can_write(actor, &world.slots[0]));
	/* until it is enabled, it keeps nothing */
	world.device.pmr = true;
	assert_false(io_can_write(actor, slot));
	end(&world);
}

static void memory_that_somebody_else_writes_to_is_seen(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct slot *slot = &actor->slots[0];
	struct fresh fresh;

	fresh_fill(actor, slot, &fresh);
	assert_int_equal(fresh.bytes, NR_PAGES * PAGE);
	fresh_judge(actor, &fresh);
	/* what is gone proves nothing */
	slot_unmap(slot);
	fresh_judge(actor, &fresh);
	map(actor, SLOT_P2P, -1);
	/* nor does what may not have been enabled yet */
	slot->unready = true;
	fresh_fill(actor, slot, &fresh);
	slot->addr[5 * PAGE + 77] ^= 1;
	fresh_judge(actor, &fresh);
	assert_false(atomic_load(&world.shared->told));
	slot->unready = false;
	fresh_fill(actor, slot, &fresh);
	slot->addr[5 * PAGE + 77] ^= 1;
	fresh_judge(actor, &fresh);
	assert_true(atomic_load(&world.shared->told));
	end(&world);
}

static void what_goes_on_behind_the_end_stops_there(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);

	for (int64_t nr = 1; nr < 100; nr += 14) {
		assert_int_equal(run(actor, &op_read_over_end, nr, 3, 1), 0);
		assert_int_equal(run(actor, &op_write_over_end, nr % 64, 3, 1),
				 0);
	}
	assert_false(atomic_load(&world.shared->told));
	/* where there is room for nothing behind it */
	assert_int_equal(run(actor, &op_read_over_end, 1, 1000, 1),
			 DONE_NOTHING);
	/* and nothing is left there */
	assert_int_equal(touch(actor->slots[0].addr + NR_PAGES * PAGE, false),
			 DONE_SIGNAL(SIGSEGV));
	end(&world);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_up_is_no_failure),
		cmocka_unit_test(what_was_read_is_looked_for_in_the_bar),
		cmocka_unit_test(
			a_write_from_a_bar_is_judged_where_it_is_ones_own),
		cmocka_unit_test(memory_that_somebody_else_writes_to_is_seen),
		cmocka_unit_test(what_goes_on_behind_the_end_stops_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
