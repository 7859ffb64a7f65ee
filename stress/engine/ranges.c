// SPDX-License-Identifier: GPL-2.0-only
#include "ranges.h"

/* of pages, each: together less than a slot has room for */
#define MAX_PAGES 48
#define HUGE_PAGES 512

struct ranges ranges_one(uint64_t first, uint64_t nr)
{
	return (struct ranges){ .nr = 1, .of[0] = { first, nr } };
}

static uint64_t next(uint64_t *how)
{
	*how = *how * 6364136223846793005ull + 1442695040888963407ull;
	return *how >> 33;
}

/* BARs are powers of two, so that an odd step comes by each unit */
static struct ranges draw_units(unsigned int nr, uint64_t how,
				uint64_t bar_units, uint64_t unit)
{
	struct ranges ranges = {};
	uint64_t state = how, step = next(&state) * 2 + 1;
	uint64_t at = how & 1 ? bar_units - 1 : next(&state);

	while (ranges.nr < nr && ranges.nr < bar_units) {
		at %= bar_units;
		ranges.of[ranges.nr].first = at * unit;
		ranges.of[ranges.nr++].nr = unit;
		at += step;
	}
	return ranges;
}

/* The first may be one that a huge page can map; what comes next is not behind it. */
static struct ranges draw_pages(unsigned int nr, uint64_t how,
				uint64_t bar_pages)
{
	struct ranges ranges = {};
	uint64_t state = how, first, pages;

	for (; ranges.nr < nr; ranges.nr++) {
		pages = 1 + next(&state) % MAX_PAGES;
		if (!ranges.nr && how & 2 && bar_pages >= HUGE_PAGES)
			pages = HUGE_PAGES;
		first = next(&state) % (bar_pages - pages + 1);
		if (pages == HUGE_PAGES)
			first -= first % HUGE_PAGES;
		if (!ranges.nr && how & 1)
			first = bar_pages - pages;
		ranges.of[ranges.nr].first = first;
		ranges.of[ranges.nr].nr = pages;
	}
	return ranges;
}

struct ranges ranges_draw(unsigned int nr, uint64_t how, uint64_t bar_pages,
			  uint64_t unit)
{
	if (nr > RANGES_MAX)
		nr = RANGES_MAX;
	return unit > 1 ? draw_units(nr, how, bar_pages / unit, unit) :
			  draw_pages(nr, how, bar_pages);
}

uint64_t ranges_pages(const struct ranges *ranges)
{
	uint64_t pages = 0;

	for (unsigned int i = 0; i < ranges->nr; i++)
		pages += ranges->of[i].nr;
	return pages;
}

uint64_t ranges_find(const struct ranges *ranges, uint64_t page, uint64_t *left)
{
	for (unsigned int i = 0; i < ranges->nr; i++) {
		if (page < ranges->of[i].nr) {
			*left = ranges->of[i].nr - page;
			return ranges->of[i].first + page;
		}
		page -= ranges->of[i].nr;
	}
	*left = 0;
	return 0;
}
