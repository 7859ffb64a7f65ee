/* SPDX-License-Identifier: GPL-2.0-only */
/* ranges - which pages of the BAR those of a dma-buf are */
#ifndef STRESS_RANGES_H
#define STRESS_RANGES_H

#include <stdbool.h>
#include <stdint.h>

#define RANGES_MAX 8

/**
 * struct ranges - of a dma-buf, in its order
 * @nr: how many
 * @of: each one's first page in the BAR, and how many pages
 */
struct ranges {
	unsigned int nr;
	struct {
		uint64_t first;
		uint64_t nr;
	} of[RANGES_MAX];
};

/** ranges_one - a single one */
struct ranges ranges_one(uint64_t first, uint64_t nr);

/**
 * ranges_draw - several ones, as a number decides
 * @nr: of them, as far as there is room
 * @how: the number; an odd one begins with the end of the BAR
 * @bar_pages: of the BAR
 * @unit: each consists of such aligned units, and no two are the same; 1: of pages,
 *	and pages may be in several
 */
struct ranges ranges_draw(unsigned int nr, uint64_t how, uint64_t bar_pages,
			  uint64_t unit);

/** ranges_pages - how many pages there are */
uint64_t ranges_pages(const struct ranges *ranges);

/**
 * ranges_find - a page of the dma-buf in the BAR
 * @page: of the dma-buf
 * @left: receives how many pages there are in its range from it on; 0 behind the end
 *
 * Return: the page of the BAR.
 */
uint64_t ranges_find(const struct ranges *ranges, uint64_t page,
		     uint64_t *left);

#endif
