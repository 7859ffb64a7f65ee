// SPDX-License-Identifier: GPL-2.0-only
/* What a child does with the mapping that it inherits; its memory is a file here. */
#include "../../tests/unit/test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "../engine/engine.h"
#include "../engine/ops.h"

#define PAGE 4096
#define US 20000

static char host[SLOT_BYTES] __attribute__((aligned(PAGE)));

static struct actor *actor_of(struct world *world, enum slot_kind kind)
{
	static struct actor actor;
	int fd = memfd_create("memory", MFD_CLOEXEC);

	assert_int_equal(world_init(world), 0);
	touch_init();
	actor = (struct actor){ .world = world, .host = host };
	slots_init(world, actor.slots, SLOT_NR_OWN, 1);
	assert_int_equal(ftruncate(fd, 2 * PAGE), 0);
	assert_int_equal(
		slot_map(&actor, &actor.slots[0], kind, fd, 0, 2 * PAGE), 0);
	close(fd);
	return &actor;
}

/* does the child write to both pages? */
static bool writes(struct actor *actor, bool killed)
{
	const int64_t args[ENGINE_NR_ARGS] = { 0, 2, US, killed };
	const char *addr = actor->slots[0].addr;

	assert_int_equal(op_fork.run(actor, args), 0);
	assert_int_equal(atomic_load(&actor->world->shared->nr_inside), 0);
	assert_int_equal(*addr, addr[PAGE]);
	return *addr;
}

static void a_child_writes(void **state)
{
	static const enum slot_kind kinds[] = { SLOT_BAR, SLOT_DMABUF,
						SLOT_P2P };

	for (int i = 0; i < 3; i++) {
		struct world world = {};

		assert_true(writes(actor_of(&world, kinds[i]), false));
	}
}

static void a_child_says_where_it_writes(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world, SLOT_BAR);

	actor->slots[0].bar_page = 7;
	assert_true(writes(actor, false));
	assert_int_equal(atomic_load(&world.shared->users[7]), 1);
	assert_int_equal(atomic_load(&world.shared->users[8]), 1);
	assert_int_equal(atomic_load(&world.shared->users[9]), 0);
}

static void a_child_only_reads_while_others_look(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world, SLOT_BAR);

	assert_true(gate_close(&world, 5));
	assert_false(writes(actor, false));
	gate_open(&world);
	assert_true(writes(actor, false));
}

/* Who is killed in the middle of it does not come out of the gate. */
static void a_child_that_is_killed_only_reads(void **state)
{
	struct world world = {};

	assert_false(writes(actor_of(&world, SLOT_BAR), true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_writes),
		cmocka_unit_test(a_child_says_where_it_writes),
		cmocka_unit_test(a_child_only_reads_while_others_look),
		cmocka_unit_test(a_child_that_is_killed_only_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
