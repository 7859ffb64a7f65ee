// SPDX-License-Identifier: GPL-2.0-only
#include "points.h"

#include "fixture.h"
#include "guest.h"

#include <barrage/clock.h>

#include <stdarg.h>
#include <stdio.h>

#define PATIENCE_MS 30000
#define POLL_NS 1000000ull

static struct brg_amplifier amplifier = { .fd = -1 };

struct brg_amplifier *points_file(void)
{
	if (amplifier.fd < 0)
		assert_good(brg_amplifier_open(&amplifier));
	return &amplifier;
}

static int try_text(const char *fmt, va_list ap)
{
	struct brg_amplifier_point point;
	char text[BRG_AMPLIFIER_TEXT_BYTES];

	vsnprintf(text, sizeof(text), fmt, ap);
	assert_good(brg_amplifier_parse(text, &point));
	return brg_amplifier_add(points_file(), &point);
}

int points_try(const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = try_text(fmt, ap);
	va_end(ap);
	return ret;
}

int points_add(const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = try_text(fmt, ap);
	va_end(ap);
	if (ret < 0)
		fail_msg("%s", brg_last_error());
	return ret;
}

void points_clear(void)
{
	assert_good(brg_amplifier_clear(points_file()));
}

struct brg_amplifier_stats points_stats(int id)
{
	struct brg_amplifier_stats stats;

	assert_good(brg_amplifier_stats(&amplifier, id, &stats));
	return stats;
}

void points_await(int id)
{
	assert_good(brg_amplifier_await_held(&amplifier, id, PATIENCE_MS));
}

void points_await_passed(int id, uint64_t nr)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_MS * 1000000ull;

	while (points_stats(id).passed < nr) {
		if (!brg_clock_left_ms(end))
			fail_msg("nobody came to point %d", id);
		brg_clock_sleep_ns(POLL_NS);
	}
}

void points_release(int id)
{
	assert_good(brg_amplifier_release(&amplifier, id));
}

void points_end(void)
{
	brg_amplifier_close(&amplifier);
}

int points_setup(void **state)
{
	fixture_begin(points_end);
	return 0;
}

int points_teardown(void **state)
{
	return fixture_end();
}
