/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sightings - what stands in memory before and after, where nobody is to write
 *
 * Looked at through the device, and in an emulated machine from its host as well,
 * who sees each byte at once.
 */
#ifndef STRESS_SIGHTINGS_H
#define STRESS_SIGHTINGS_H

#include "engine.h"

/**
 * struct sightings - of one range of the BAR under test
 * @from: where it begins in the BAR; what is registered, where anything is
 * @bytes: of it, that are looked at through the device
 * @few_bytes: likewise, where the host looks as well
 * @host_bytes: of it, that the host looks at
 * @before: some of each page, as the device has it first
 * @after: likewise, later
 * @seen: there is @before, and nobody had the memory off
 * @off: @begun of that promise then
 * @copy: number of the host's copy; 0 without
 * @begun: @begun of struct shared when that was made
 */
struct sightings {
	uint64_t from;
	uint64_t bytes;
	uint64_t few_bytes;
	uint64_t host_bytes;
	char *before;
	char *after;
	bool seen;
	uint32_t off;
	int copy;
	uint32_t begun;
};

/**
 * sightings_init - find out which range it is
 * @pages: so many, where nothing is registered, and where the host looks as well: each
 *	look through the device takes longer
 *
 * Return: 0 or -ENOMEM.
 */
int sightings_init(struct world *world, int64_t pages,
		   struct sightings *sightings);

/** sightings_free - the opposite */
void sightings_free(struct sightings *sightings);

/** sightings_of_host - first look, where there is a host; the memory may be off */
void sightings_of_host(struct world *world, struct sightings *sightings);

/** sightings_of_device - first look, through the device; worthless if it is off */
void sightings_of_device(struct world *world, struct sightings *sightings);

/**
 * sightings_compare - second look: engine_wrong() where a byte has changed
 * @after: what it changed after
 */
void sightings_compare(struct world *world, const char *after,
		       struct sightings *sightings);

#endif
