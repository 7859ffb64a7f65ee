// SPDX-License-Identifier: GPL-2.0-only
#include "ledger-settle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <barrage/log.h>

#include "aside.h"
#include "engine/engine.h"
#include "interrupt.h"
#include "ledger-trend.h"
#include "stacks.h"

#define POLL_US 50000
/* all in all: a kernel that frees so slowly leaks as well */
#define SETTLE_NS 30000000000ull
#define LIMIT_S 60

/* what goes to the process aside, and what comes back */
struct settle {
	struct ledger_source source;
	struct ledger before;
	struct ledger after;
	uint64_t nr_races;
	char text[256];
};

static int read_before(void *arg)
{
	struct settle *settle = arg;

	interrupt_ignore();
	ledger_read(&settle->source, &settle->before);
	return 0;
}

/* of all that is counted: does it become less? */
static int64_t sum_of(const struct ledger *ledger)
{
	int64_t sum = 0;

	for (int i = 0; i < LEDGER_NR; i++)
		sum += ledger->of[i];
	for (size_t i = 0; i < ledger->nr_caches; i++)
		sum += ledger->caches[i].objects;
	return sum;
}

/* what a slice leaves is settled, and little enough: is it always a little more? */
static int end_slice(struct settle *settle)
{
	return settle->source.trend && settle->nr_races &&
	       ledger_trend_add(settle->source.trend, &settle->source,
				&settle->after, settle->text,
				sizeof(settle->text));
}

static int read_after(void *arg)
{
	struct settle *settle = arg;
	uint64_t begin_ns = engine_now_ns(), still_ns = begin_ns, now_ns;
	int64_t least = INT64_MAX, sum;

	interrupt_ignore();
	for (;;) {
		ledger_read(&settle->source, &settle->after);
		if (!ledger_leak(&settle->source, &settle->before,
				 &settle->after, settle->nr_races, settle->text,
				 sizeof(settle->text)))
			return end_slice(settle);
		now_ns = engine_now_ns();
		sum = sum_of(&settle->after);
		if (sum < least) {
			least = sum;
			still_ns = now_ns;
		}
		if (now_ns - still_ns > settle->source.settle_ms * 1000000ull ||
		    now_ns - begin_ns > SETTLE_NS)
			return 1;
		engine_pause_us(POLL_US);
	}
}

struct settle *ledger_begin(const struct ledger_source *source)
{
	struct settle *settle = mmap(NULL, sizeof(*settle),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ret;

	if (settle == MAP_FAILED)
		return NULL;
	settle->source = *source;
	ret = aside_run(read_before, settle, LIMIT_S, NULL);
	if (!ret)
		return settle;
	brg_warn("what there is before the races was not seen: %s",
		 strerror(ret < 0 ? -ret : EIO));
	munmap(settle, sizeof(*settle));
	return NULL;
}

static unsigned int compared(const struct settle *settle)
{
	unsigned int entries = 0;

	for (int i = 0; i < LEDGER_NR; i++)
		if (settle->before.of[i] >= 0 && settle->after.of[i] >= 0)
			entries |= 1u << i;
	if (settle->before.nr_caches && settle->after.nr_caches)
		entries |= 1u << LEDGER_NR;
	return entries;
}

int ledger_end(struct settle *settle, uint64_t nr_races, unsigned int *entries,
	       char *text, size_t size, FILE *stacks)
{
	pid_t left;
	int ret = 0;

	*entries = 0;
	if (!settle)
		return 0;
	settle->nr_races = nr_races;
	if (nr_races) {
		ret = aside_run_watched(read_after, settle, LIMIT_S, NULL, NULL,
					&left);
		if (ret == -ETIMEDOUT)
			stacks_print(stacks, left);
		if (ret >= 0)
			*entries = compared(settle);
		else
			brg_warn(
				"what is left after the races was not seen: %s",
				strerror(-ret));
		if (ret == 1)
			snprintf(text, size, "%s", settle->text);
	}
	munmap(settle, sizeof(*settle));
	return ret == 1 || ret == -ETIMEDOUT ? ret : 0;
}
