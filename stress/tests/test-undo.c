// SPDX-License-Identifier: GPL-2.0-only
/* A registration that cannot be undone is a leak, and none of the tries a hang. */
#include "../../tests/unit/test.h"

#include <errno.h>

#define UNDO_LIMIT_NS 50000000ull
#define OPENING_LIMIT_NS 50000000ull
#include "../engine/opening.c"
#include "../engine/world.c"

static struct shared shared;
static struct world world = { .shared = &shared,
			      .device = { .vfio = 1 },
			      .twin = { .vfio = -1 },
			      .pf = { .vfio = -1, .iommufd = -1 } };

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

static unsigned int nr_opens, nr_refused;

int device_join(struct device *device, char why[ENGINE_TEXT_BYTES])
{
	strcpy(why, "busy");
	if (nr_opens++ < nr_refused)
		return -EBUSY;
	device->vfio = 2;
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
	assert_true(nr_tries);
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

static void quiet_with_pf_closed(unsigned int refused)
{
	world.pf.iommufd = 3;
	nr_opens = 0;
	nr_refused = refused;
	quiet_after(0);
	assert_int_equal(world.pf.vfio, refused == ~0u ? -1 : 2);
	world.pf.vfio = world.pf.iommufd = -1;
}

static void a_pf_that_was_left_closed_is_opened(void **state)
{
	quiet_with_pf_closed(2);
	assert_int_equal(nr_opens, 3);
	assert_int_equal(nr_tries, 2);
	assert_false(atomic_load(&shared.wrong));
}

static void one_that_cannot_be_opened_is_stuck(void **state)
{
	quiet_with_pf_closed(~0u);
	assert_int_equal(atomic_load(&shared.oracle), ORACLE_HANG);
	assert_contains(shared.text, "cannot be opened again: busy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_back_late_is_none),
		cmocka_unit_test(what_never_comes_back_is_a_leak),
		cmocka_unit_test(a_pf_that_was_left_closed_is_opened),
		cmocka_unit_test(one_that_cannot_be_opened_is_stuck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
