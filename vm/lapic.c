// SPDX-License-Identifier: GPL-2.0-only
#include "lapic.h"

#include <stdlib.h>
#include <string.h>

#include "lost.h"
#include "qmp.h"
#include "text.h"

int vm_lapic_in_service(const char *registers, const char *lapic)
{
	const char *at = strstr(registers, " HLT=");
	int vector, highest = 0;
	char *end;

	if (!at || at[5] != '1')
		return 0;
	at = strstr(lapic, "ISR\t");
	if (!at)
		return 0;
	/* "(none)", or vectors with a space behind each */
	for (at += 4; (vector = (int)strtol(at, &end, 10)) > 0 && end > at;
	     at = end) {
		if (vector > highest)
			highest = vector;
		/* strtol() would go on in the next line */
		if (end[strspn(end, " ")] == '\n')
			break;
	}
	return highest;
}

static int look(int fd, int cpu)
{
	char *registers, *lapic, *command = vm_strf("info lapic %d", cpu);
	int vector = 0;

	registers = vm_qmp_monitor(fd, "info registers", cpu);
	lapic = vm_qmp_monitor(fd, command, cpu);
	if (registers && lapic)
		vector = vm_lapic_in_service(registers, lapic);
	free(registers);
	free(lapic);
	free(command);
	return vector;
}

int vm_lapic_watch(struct vm_lapic_watch *watch, int fd, int cpus, int *cpu)
{
	for (int i = 0; i < cpus && i < VM_LAPIC_CPUS; i++) {
		int vector = look(fd, i);

		watch->seen[i] = vector && vector == watch->vector[i] ?
					 watch->seen[i] + 1 :
					 !!vector;
		watch->vector[i] = vector;
		if (watch->seen[i] >= VM_LOST_LOOKS) {
			*cpu = i;
			return vector;
		}
	}
	return 0;
}
