// SPDX-License-Identifier: GPL-2.0-only
#include "cpu.h"

#include <sched.h>

int cpu_of(unsigned int nth)
{
	unsigned int left;
	cpu_set_t may;

	if (!nth || sched_getaffinity(0, sizeof(may), &may) || !CPU_COUNT(&may))
		return -1;
	left = (nth - 1) % (unsigned int)CPU_COUNT(&may);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &may) && !left--)
			return cpu;
	return -1;
}

void cpu_take(unsigned int nth)
{
	int cpu = cpu_of(nth);
	cpu_set_t only;

	if (cpu < 0)
		return;
	CPU_ZERO(&only);
	CPU_SET(cpu, &only);
	(void)sched_setaffinity(0, sizeof(only), &only);
}
