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
#define NR_POINTS (sizeof(points) / sizeof(*points))

static int amplifier = -1;
static bool is_slow[NR_POINTS];

static void add_point(unsigned int i)
{
	int ret = brg_amplifier_add_variant(amplifier, &points[i]);

	is_slow[i] = !ret;
	if (ret)
		fprintf(stderr, "no delay at %s: %s\n", points[i].symbol,
			ret == -ENOENT || ret == -ENODATA ?
				"this kernel has no such function, or has inlined it" :
				strerror(-ret));
}

static void delays_begin(void)
{
	amplifier = open(AMPLIFIER, O_RDWR | O_CLOEXEC);
	if (amplifier < 0) {
		fprintf(stderr,
			"no delays in the kernel, without which it may never fail: " AMPLIFIER
			": %s\n",
			errno == ENOENT ?
				"load barrage-amplifier.ko, see kernel/modules of Barrage" :
			errno == EBUSY ? "another process has it" :
					 strerror(errno));
		return;
	}
	for (unsigned int i = 0; i < NR_POINTS; i++)
		add_point(i);
}

static void print_stats(unsigned int i)
{
	struct barrage_amplifier_stats stats = { .point = points[i].point };

	if (!is_slow[i] || ioctl(amplifier, BARRAGE_AMPLIFIER_STATS, &stats))
		return;
	printf("%s: %llu tasks came by, %llu were slow\n", points[i].symbol,
	       (unsigned long long)stats.passed,
	       (unsigned long long)stats.acted);
}

static void delays_end(void)
{
	if (amplifier < 0)
		return;
	for (unsigned int i = 0; i < NR_POINTS; i++)
		print_stats(i);
	close(amplifier);
}
