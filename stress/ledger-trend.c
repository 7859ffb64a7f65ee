// SPDX-License-Identifier: GPL-2.0-only
#include "ledger-trend.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "ledger-slabs.h"

/* Several times what a slice may leave or take away: see SLACK of ledger-slabs.c. */
#define SLACK_OBJECTS 1000
/* of what a slice may leave of it */
#define SLACK_SLICES 4

#define WARM_SLICES 2 /* on each device */
#define QUARTER_SLICES 6
#define ROW_SLICES 6

struct ledger_trend *ledger_trend_open(unsigned int nr_devices)
{
	struct ledger_trend *trend = mmap(NULL, sizeof(*trend),
					  PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (trend == MAP_FAILED)
		return NULL;
	trend->nr_devices = nr_devices;
	return trend;
}

void ledger_trend_close(struct ledger_trend *trend)
{
	if (trend)
		munmap(trend, sizeof(*trend));
}

/* not by chance: after so many slices, one after the other */
static bool goes_on(const struct ledger_trend *trend,
		    struct ledger_series *series, int64_t slack,
		    int64_t least[4])
{
	unsigned int nr = trend->nr_devices > QUARTER_SLICES ?
				  trend->nr_devices :
				  QUARTER_SLICES;

	if (ledger_series_goes_on(series, 4 * nr, slack, least))
		series->nr_row++;
	else
		series->nr_row = 0;
	return series->nr_row >= ROW_SLICES;
}

static void tell(const struct ledger_trend *trend, const char *what,
		 const int64_t least[4], char *text, size_t size)
{
	snprintf(text, size,
		 "leak: %" PRId64 " %s" LEDGER_LEFT "%" PRId64
		 " before, and more in each quarter of %u slices: %" PRId64
		 ", %" PRId64 ", %" PRId64 ", %" PRId64,
		 least[3], what, least[0], trend->nr, least[0], least[1],
		 least[2], least[3]);
}

static bool entry_goes_on(struct ledger_trend *trend, enum ledger_entry entry,
			  int64_t value, char *text, size_t size)
{
	struct ledger_series *series = &trend->of[entry];
	int64_t slack = ledger_slack(entry) * SLACK_SLICES, least[4];

	if (value < 0 || !slack)
		return false;
	ledger_series_add(series, value);
	if (!goes_on(trend, series, slack, least))
		return false;
	tell(trend, ledger_name(entry), least, text, size);
	return true;
}

static struct ledger_series *series_of(struct ledger_trend *trend,
				       const char *cache)
{
	size_t i;

	for (i = 0; i < trend->nr_caches; i++)
		if (!strcmp(trend->caches[i].name, cache))
			return &trend->caches[i].series;
	if (i == LEDGER_MAX_CACHES)
		return NULL;
	trend->nr_caches++;
	strcpy(trend->caches[i].name, cache);
	return &trend->caches[i].series;
}

/* KASAN's quarantine becomes more and more, too, for as long as it has room. */
static bool cache_goes_on(struct ledger_trend *trend,
			  const struct ledger_source *source, const char *cache,
			  int64_t objects, char *text, size_t size)
{
	struct ledger_series *series = series_of(trend, cache);
	char what[LEDGER_NAME_BYTES + 16];
	int64_t least[4];

	if (!series)
		return false;
	ledger_series_add(series, objects);
	if (!goes_on(trend, series, SLACK_OBJECTS, least))
		return false;
	objects = ledger_shrink_slab(source, cache);
	ledger_series_amend(series, objects);
	if (objects - least[0] <= SLACK_OBJECTS ||
	    !goes_on(trend, series, SLACK_OBJECTS, least))
		return false;
	snprintf(what, sizeof(what), "objects of %s", cache);
	tell(trend, what, least, text, size);
	return true;
}

bool ledger_trend_add(struct ledger_trend *trend,
		      const struct ledger_source *source,
		      const struct ledger *after, char *text, size_t size)
{
	bool found = false;

	if (++trend->nr <= WARM_SLICES * trend->nr_devices)
		return false;
	for (int i = 0; i < LEDGER_NR && !found; i++)
		found = entry_goes_on(trend, (enum ledger_entry)i, after->of[i],
				      text, size);
	for (size_t i = 0; i < after->nr_caches && !found; i++)
		found = cache_goes_on(trend, source, after->caches[i].name,
				      after->caches[i].objects, text, size);
	return found;
}
