// SPDX-License-Identifier: GPL-2.0-only
#include "args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

uint64_t args_number(struct argp_state *state, const char *option,
		     const char *text, uint64_t min, uint64_t max)
{
	char *end;
	uint64_t got;

	errno = 0;
	got = strtoull(text, &end, 0);
	if (errno || end == text || *end || strchr(text, '-') || got < min ||
	    got > max)
		argp_error(state,
			   "--%s=%s: expected a number from %llu to %llu",
			   option, text, (unsigned long long)min,
			   (unsigned long long)max);
	return got;
}

double args_seconds(struct argp_state *state, const char *option,
		    const char *text, double min, int max)
{
	char *end;
	double got = strtod(text, &end);

	if (end == text || *end || !(got >= min && got <= max))
		argp_error(state, "--%s=%s: expected seconds from %g to %d",
			   option, text, min, max);
	return got;
}

void args_device(struct argp_state *state, const char *option, const char *text,
		 char bdf[BRG_PCI_BDF_BYTES])
{
	if (brg_pci_parse_bdf(text, bdf))
		argp_error(state, "--%s=%s: %s", option, text,
			   brg_last_error());
}
