// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include "iomem.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

int brg_iomem_ram(FILE *file, struct brg_phys_range *ranges, size_t max)
{
	uint64_t start, end;
	char line[256];
	size_t nr = 0;
	int used;

	while (fgets(line, sizeof(line), file)) {
		used = 0;
		/* an indented line is a part of the one above it */
		if (line[0] == ' ' ||
		    sscanf(line, "%" SCNx64 "-%" SCNx64 " : %n", &start, &end,
			   &used) != 2 ||
		    !used || strcmp(line + used, "System RAM\n"))
			continue;
		if (!end)
			return -EPERM;
		if (nr == max)
			return -ENOSPC;
		ranges[nr].start = start;
		ranges[nr].end = end;
		nr++;
	}
	return (int)nr;
}
