/*
 * The kernel is slow at these places meanwhile, by the module barrage-amplifier,
 * which makes this process and its descendants spin there. No file of user space
 * can do that by itself: where the module is not loaded the races run without.
 */
#include "amplifier-add.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define AMPLIFIER "/dev/barrage-amplifier"
#define NR_PLACES (sizeof(places) / sizeof(*places))

static int amplifier = -1;
static bool is_slow[NR_PLACES], is_absent[NR_PLACES];
static unsigned long long nr_passed[NR_PLACES], nr_slow[NR_PLACES];

static void delays_open(void)
{
	amplifier = open(AMPLIFIER, O_RDWR | O_CLOEXEC);
	if (amplifier >= 0)
		return;
	fprintf(stderr,
		"no delays in the kernel, without which it may never fail: " AMPLIFIER
		": %s\n",
		errno == ENOENT ?
			"load barrage-amplifier.ko, see kernel/modules of Barrage" :
		errno == EBUSY ? "another process has it" :
				 strerror(errno));
}

static void add_point(unsigned int i)
{
	int ret = brg_amplifier_add_variant(amplifier, &places[i].point);

	is_slow[i] = !ret;
	is_absent[i] = ret;
	if (ret)
		fprintf(stderr, "no delay at %s: %s\n", places[i].point.symbol,
			ret == -ENOENT || ret == -ENODATA ?
				"this kernel has no such function, or has inlined it" :
				strerror(-ret));
}

static void count(unsigned int i)
{
	struct barrage_amplifier_stats stats = {
		.point = places[i].point.point,
	};

	if (!is_slow[i] || ioctl(amplifier, BARRAGE_AMPLIFIER_STATS, &stats))
		return;
	nr_passed[i] += stats.passed;
	nr_slow[i] += stats.acted;
}

/* Anew for each race: how often each acts is counted from when it is added. */
static void delays_set(unsigned int race)
{
	if (amplifier < 0)
		return;
	for (unsigned int i = 0; i < NR_PLACES; i++)
		count(i);
	memset(is_slow, 0, sizeof(is_slow));
	if (ioctl(amplifier, BARRAGE_AMPLIFIER_CLEAR)) {
		fprintf(stderr, "no delays in the kernel any more: %s\n",
			strerror(errno));
		close(amplifier);
		amplifier = -1;
		return;
	}
	for (unsigned int i = 0; i < NR_PLACES; i++)
		if (places[i].race == race && !is_absent[i])
			add_point(i);
}

static void delays_close(void)
{
	if (amplifier < 0)
		return;
	for (unsigned int i = 0; i < NR_PLACES; i++) {
		count(i);
		if (!is_absent[i])
			printf("%s: %llu tasks came by, %llu were slow\n",
			       places[i].point.symbol, nr_passed[i],
			       nr_slow[i]);
	}
	close(amplifier);
}
