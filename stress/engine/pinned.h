/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pinned - pages of the BAR that I/O has, beyond doubt
 *
 * What has struct pages keeps them until nobody has pinned any: meanwhile the BAR
 * cannot be registered, and no dma-buf can have others of the same range. Who asks
 * for that is to be refused where somebody had pages all the time.
 *
 *	since = pinned_since(&shared->pinned, first, nr);
 *	ret = ask();
 *	if (!ret && pinned_still(&shared->pinned, since))
 *		engine_wrong(...);
 */
#ifndef STRESS_PINNED_H
#define STRESS_PINNED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PINNED_UNIT 512 /* pages, 2 MiB: of those are dma-bufs' ranges */
#define PINNED_NR_UNITS 8

/**
 * struct pinned - seen by all processes; zeroed nobody has any
 * @nr: I/O that has a page, by the part of the BAR
 * @nr_let_go: counts those that no longer have
 */
struct pinned {
	_Atomic int32_t nr[PINNED_NR_UNITS];
	_Atomic uint32_t nr_let_go;
};

/** pinned_begin - I/O has @page of the BAR; it has not begun to let it go */
void pinned_begin(struct pinned *pinned, uint64_t page);

/** pinned_end - it is about to let it go */
void pinned_end(struct pinned *pinned, uint64_t page);

/**
 * pinned_since - a number that pinned_still() takes: from now on
 * @first: page of the BAR
 * @nr: pages
 *
 * Return: 0 where nobody has any of these.
 */
uint64_t pinned_since(struct pinned *pinned, uint64_t first, uint64_t nr);

/** pinned_still - have those all been had since? */
bool pinned_still(struct pinned *pinned, uint64_t since);

#endif
