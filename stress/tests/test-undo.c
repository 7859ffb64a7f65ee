// SPDX-License-Identifier: GPL-2.0-only
/* A registration that cannot be undone is a leak, and none of the tries a hang. */
#include "../../tests/unit/test.h"

#include <errno.h>

#define UNDO_LIMIT_NS 50000000ull
#include "../engine/world.c"

static struct shared shared;
static struct world world = { .shared = &shared,
			      .device = { .vfio = 1 },
			      .twin = { .vfio = -1 } };

/* in place of the kernel's: in use for so many tries */
static unsigned int nr_tries, nr_in_use;

int registration_undo(struct device *device)
{
	uint64_t slow_ns = atomic_load(&shared.log[LOG_AFTER].slow_ns);

	/* who watches is told that it sleeps, for as long as it may on two BARs */
	assert_true(slow_ns >
		    engine_now_ns() + 2 * REGISTRATION_UNDO_S * 1000000000ull);
	engine_pause_us(2000);
	return nr_tries++ < nr_in_use ? -ETIMEDOUT : 0;
}

/* and of what has nothing to do with it */
void slots_init(struct world *of, struct slot *slots, unsigned int nr,
		unsigned int part)
{
}

void slots_clear(struct world *of, struct slot *slots, unsigned int nr)
{
}

int device_cannot(char why[ENGINE_TEXT_BYTES], const char *what,
		  const char *path)
{
	return -EIO;
}

int device_open(struct device *device, char why[ENGINE_TEXT_BYTES])
{
	return 0;
}

int device_join(struct device *device, char why[ENGINE_TEXT_BYTES])
{
	return 0;
}

void device_close(struct device *device)
{
}

int place_ensure(const struct device *device, char why[ENGINE_TEXT_BYTES])
{
	return 0;
}

void place_judge(struct world *of, const struct device *device)
{
}

uint32_t power_will_end(struct shared *of)
{
	return 0;
}

void power_has_ended(struct shared *of, uint32_t number)
{
}

void power_restore(struct device *device)
{
}

void cmb_restore(const char *bdf)
{
}

void actor_may_sleep(struct actor_log *log, unsigned int seconds)
{
	atomic_store(&log->slow_ns,
		     seconds ? engine_now_ns() + seconds * 1000000000ull : 0);
}

static void quiet_after(unsigned int tries)
{
	memset(&shared, 0, sizeof(shared));
	nr_tries = 0;
	nr_in_use = tries;
	world_quiet(&world);
	assert_true(nr_tries > 1);
	assert_false(atomic_load(&shared.log[LOG_AFTER].slow_ns));
}

static void what_comes_back_late_is_none(void **state)
{
	quiet_after(3);
	assert_int_equal(nr_tries, 4);
	assert_false(atomic_load(&shared.wrong));
}

static void what_never_comes_back_is_a_leak(void **state)
{
	quiet_after(~0u);
	assert_true(atomic_load(&shared.told));
	assert_int_equal(atomic_load(&shared.oracle), ORACLE_LEAK);
	assert_contains(shared.text, "cannot be unregistered");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_back_late_is_none),
		cmocka_unit_test(what_never_comes_back_is_a_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
