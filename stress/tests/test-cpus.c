// SPDX-License-Identifier: GPL-2.0-only
/* On which CPUs the actors of races run */
#include "../../tests/unit/test.h"

#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "../draw-cpus.h"
#include "../engine/cpu.h"
#include "../shrink.h"

#define NR_ACTORS 6
#define NR_ROUNDS 2000

static cpu_set_t mine(void)
{
	cpu_set_t may;

	assert_int_equal(sched_getaffinity(0, sizeof(may), &may), 0);
	return may;
}

static void cpus_are_counted_round(void **state)
{
	cpu_set_t may = mine();
	unsigned int nr = (unsigned int)CPU_COUNT(&may);
	int last = -1;

	assert_int_equal(cpu_of(0), -1);
	for (unsigned int i = 1; i <= nr; i++) {
		int cpu = cpu_of(i);

		assert_true(cpu > last);
		assert_true(CPU_ISSET(cpu, &may));
		assert_int_equal(cpu_of(i + nr), cpu);
		assert_int_equal(cpu_of(i + 100 * nr), cpu);
		last = cpu;
	}
	assert_true(cpu_of(~0u) >= 0);
}

/* what each actor finds; the last is who was before */
static int *found;

static int find_out(struct actor *actor, const int64_t *arg)
{
	cpu_set_t may = mine();

	found[actor->index] = CPU_COUNT(&may) == 1 ? sched_getcpu() :
						     -CPU_COUNT(&may);
	return 0;
}

static const struct op here = { .name = "here", .run = find_out };

static void add_call(struct actor_program *actor, uint32_t delay_us)
{
	actor->calls[actor->nr_calls++] =
		(struct call){ .op = &here, .delay_us = delay_us };
}

static struct program *program_of(void)
{
	static struct program program;

	program = (struct program){
		.before = { .name = "before", .turns = 1 },
		.after = { .name = "after", .turns = 1 },
		.nr_actors = NR_ACTORS,
	};
	for (unsigned int i = 0; i < NR_ACTORS; i++) {
		program.actors[i] = (struct actor_program){
			.name = "actor",
			.process = i % 2,
			.turns = 1,
		};
		add_call(&program.actors[i], 0);
	}
	add_call(&program.after, 0);
	return &program;
}

static void run(const struct program *program)
{
	struct world world = {};

	assert_int_equal(world_init(&world), 0);
	engine_race(&world, program);
	assert_false(atomic_load(&world.shared->told));
}

/* Threads as well as processes; and those who are put nowhere are left alone. */
static void an_actor_is_where_it_was_put(void **state)
{
	struct program *program = program_of();
	cpu_set_t may = mine(), after;

	for (unsigned int i = 2; i < NR_ACTORS; i++)
		program->actors[i].cpu = i / 2;
	run(program);
	for (unsigned int i = 0; i < NR_ACTORS; i++)
		if (i >= 2)
			assert_int_equal(found[i], cpu_of(i / 2));
		else if (CPU_COUNT(&may) > 1)
			assert_int_equal(found[i], -CPU_COUNT(&may));
	if (CPU_COUNT(&may) > 1)
		assert_int_equal(found[ENGINE_MAX_ACTORS], -CPU_COUNT(&may));
	after = mine();
	assert_true(CPU_EQUAL(&may, &after));
}

/* Who waits busily does not keep those from running who are waited for. */
static void all_on_one_get_on(void **state)
{
	struct program *program = program_of();

	for (unsigned int i = 0; i < NR_ACTORS; i++) {
		program->actors[i].cpu = 1;
		program->actors[i].turns = 1;
		program->actors[i].calls[0].order = NR_ACTORS - i;
		add_call(&program->actors[i], 49);
		add_call(&program->actors[i], 1);
	}
	run(program);
	for (unsigned int i = 0; i < NR_ACTORS; i++) {
		program->actors[i].turns = 200;
		program->actors[i].calls[0].order = 0;
	}
	run(program);
	assert_int_equal(found[0], cpu_of(1));
}

/* 0: anywhere, 1: each its own, 2: all on one, 3: something else */
static unsigned int kind_of(const struct program *program)
{
	bool own = true, one = true;

	if (!program->actors[0].cpu)
		return 0;
	for (unsigned int i = 1; i < NR_ACTORS; i++) {
		unsigned int cpu = program->actors[i].cpu;

		assert_true(cpu);
		one = one && cpu == program->actors[0].cpu;
		for (unsigned int k = 0; k < i; k++)
			own = own && cpu != program->actors[k].cpu;
	}
	return own ? 1 : one ? 2 : 3;
}

static void half_are_left_to_the_scheduler(void **state)
{
	struct program *program = program_of();
	unsigned int nr[4] = {};

	for (uint64_t round = 0; round < NR_ROUNDS; round++) {
		for (unsigned int i = 0; i < NR_ACTORS; i++)
			program->actors[i].cpu = 0;
		draw_cpus(3, round, program);
		nr[kind_of(program)]++;
		assert_int_equal(program->before.cpu, 0);
		assert_int_equal(program->after.cpu, 0);
	}
	assert_in_range(nr[0], NR_ROUNDS * 4 / 10, NR_ROUNDS * 6 / 10);
	assert_in_range(nr[1], NR_ROUNDS / 5, NR_ROUNDS / 3);
	assert_in_range(nr[2], NR_ROUNDS / 10, NR_ROUNDS / 6);
	assert_in_range(nr[3], NR_ROUNDS / 12, NR_ROUNDS / 6);
}

/* The seed decides, and who joins in changes nothing for the others. */
static void who_joins_leaves_the_others_there(void **state)
{
	static struct program fewer;
	struct program *program = program_of();
	unsigned int differ = 0;

	for (uint64_t round = 0; round < 100; round++) {
		fewer = *program_of();
		fewer.nr_actors = NR_ACTORS - 2;
		draw_cpus(3, round, &fewer);
		draw_cpus(3, round, program);
		assert_memory_equal(fewer.actors, program->actors,
				    fewer.nr_actors * sizeof(fewer.actors[0]));
		program = program_of();
		draw_cpus(4, round, program);
		differ += memcmp(fewer.actors, program->actors,
				 fewer.nr_actors * sizeof(fewer.actors[0])) !=
			  0;
		program = program_of();
	}
	assert_true(differ > 50);
}

static const struct shrink *way_of(const char *name)
{
	const struct shrink *way = shrink_ways;

	while (way->name && strcmp(way->name, name))
		way++;
	assert_non_null(way->name);
	return way;
}

static void they_can_be_taken_away(void **state)
{
	static struct races races, smaller;
	bool changed = false;

	races.nr_given = 1;
	races.given[0] = *program_of();
	races.given[0].actors[1].cpu = 2;
	races.given[0].actors[4].cpu = 7;
	smaller = races;
	assert_true(way_of("all CPUs of actors")->step(&smaller, 0, &changed));
	assert_true(changed);
	assert_memory_equal(&smaller.given[0], program_of(),
			    sizeof(smaller.given[0]));
	assert_int_equal(shrink_size(&smaller) + 2, shrink_size(&races));
	smaller = races;
	changed = false;
	assert_true(way_of("the CPU of an actor")->step(&smaller, 4, &changed));
	assert_true(changed);
	assert_int_equal(smaller.given[0].actors[1].cpu, 2);
	assert_int_equal(smaller.given[0].actors[4].cpu, 0);
}

static int set_up(void **state)
{
	found = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return found == MAP_FAILED ? -1 : 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpus_are_counted_round),
		cmocka_unit_test(an_actor_is_where_it_was_put),
		cmocka_unit_test(all_on_one_get_on),
		cmocka_unit_test(half_are_left_to_the_scheduler),
		cmocka_unit_test(who_joins_leaves_the_others_there),
		cmocka_unit_test(they_can_be_taken_away),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
