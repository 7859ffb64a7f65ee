// SPDX-License-Identifier: GPL-2.0-only
/* Children that die in the middle, and what their parents say for them */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../engine/death.h"
#include "../engine/ops.h"

#define PAGE 4096

static struct actor *actor_of(struct world *world)
{
	static struct actor actor;

	assert_int_equal(world_init(world), 0);
	actor = (struct actor){ .world = world };
	slots_init(world, actor.slots, SLOT_NR_OWN, 1);
	return &actor;
}

static void who_is_killed_has_not_ended_before(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct death death = { .us = 20000, .killed = true };
	uint64_t begin_ns = engine_now_ns();
	int ret = death_begin(&death);

	if (ret > 0) {
		death_is_at_it(&death);
		death_await(&death);
	}
	assert_int_equal(ret, 0);
	assert_true(death_await_it(&death));
	assert_int_equal(death_end(actor, &death), 0);
	assert_true(engine_now_ns() - begin_ns >= 20000 * 1000ull);
	assert_false(atomic_load(&world.shared->told));
}

static void who_ends_sooner_is_not_waited_for(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct death death = { .us = 60000000, .killed = true };
	uint64_t begin_ns = engine_now_ns();
	int ret = death_begin(&death);

	if (ret > 0)
		_exit(0);
	assert_int_equal(ret, 0);
	assert_false(death_await_it(&death));
	assert_int_equal(death_end(actor, &death), 0);
	assert_true(engine_now_ns() - begin_ns < 30000000000ull);
}

static void who_does_not_end_is_killed(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct death death = { .us = 0 };
	int ret = death_begin(&death);

	while (ret > 0)
		pause();
	assert_int_equal(ret, 0);
	assert_int_equal(death_end(actor, &death), 0);
	assert_false(atomic_load(&world.shared->told));
}

static void another_signal_is_told(void **state)
{
	struct world world = {};
	struct actor *actor = actor_of(&world);
	struct death death = { .us = 1000 };
	int ret = death_begin(&death);

	if (ret > 0) {
		signal(SIGTERM, SIG_DFL);
		raise(SIGTERM);
	}
	assert_int_equal(ret, 0);
	assert_int_equal(death_end(actor, &death), DONE_SIGNAL(SIGTERM));
}

/* Whichever way it dies, nobody is inside of the gate, and nothing flies. */
static void nothing_of_it_is_left(void **state)
{
	char path[] = "/tmp/barrage-death-XXXXXX";
	struct world world = { .disk_path = path };
	struct actor *actor = actor_of(&world);
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 16 << 20), 0);
	world.disk = fd;
	world.slow = -1;
	for (int64_t how = 0; how < 8; how++) {
		const int64_t arg[] = { 0, 4, 1000, how };

		actor->slots[0].bar_page = 0;
		assert_int_equal(slot_map(actor, &actor->slots[0],
					  how & 4 ? SLOT_P2P : SLOT_BAR, -1, 0,
					  4 * PAGE),
				 0);
		assert_int_equal(op_die_in_io.run(actor, arg), 0);
		assert_int_equal(atomic_load(&world.shared->nr_inside), 0);
		assert_int_equal(atomic_load(&world.shared->nr_flying), 0);
		assert_int_equal(actor->slots[0].kind,
				 how & 4 ? SLOT_EMPTY : SLOT_BAR);
	}
	assert_int_equal(atomic_load(&world.shared->users[0]), 1);
	assert_false(atomic_load(&world.shared->told));
	close(fd);
	unlink(path);
}

/* It is the disk that holds it, and not that nothing was begun. */
static void its_reads_arrive(void **state)
{
	static const int64_t arg[] = { 0, 4, 50000, 2 };
	char path[] = "/tmp/barrage-death-XXXXXX";
	struct world world = { .disk_path = path };
	struct actor *actor = actor_of(&world);
	int fd = mkstemp(path), direct = open(path, O_RDONLY | O_DIRECT);
	static char data[5 << 20];

	assert_true(fd >= 0);
	memset(data, 0x77, sizeof(data));
	assert_int_equal(pwrite(fd, data, sizeof(data), 0), sizeof(data));
	assert_int_equal(fsync(fd), 0);
	world.disk = fd;
	world.slow = -1;
	assert_int_equal(
		slot_map(actor, &actor->slots[0], SLOT_BAR, -1, 0, 4 * PAGE),
		0);
	assert_int_equal(op_die_in_io.run(actor, arg), 0);
	if (direct >= 0)
		assert_memory_equal(actor->slots[0].addr, data, 4 * PAGE);
	close(direct);
	close(fd);
	unlink(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_killed_has_not_ended_before),
		cmocka_unit_test(who_ends_sooner_is_not_waited_for),
		cmocka_unit_test(who_does_not_end_is_killed),
		cmocka_unit_test(another_signal_is_told),
		cmocka_unit_test(nothing_of_it_is_left),
		cmocka_unit_test(its_reads_arrive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
