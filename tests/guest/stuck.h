/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stuck - direct I/O that holds P2P pages until it is told to go on
 *
 * The second buffer of its vector is a page that a userfaultfd withholds: the
 * kernel has pinned the first by the time it asks for that.
 */
#ifndef STUCK_H
#define STUCK_H

#include <sys/types.h>

/** stuck_start - returns once @page is pinned; one at a time */
void stuck_start(void *page);

/** stuck_start_before - the same, with a third buffer, needed once released */
void stuck_start_before(void *page, void *after);

/** stuck_release - hand the withheld page out; the I/O goes on */
void stuck_release(void);

/**
 * stuck_end - release, wait for the end, close all; harmless without a start
 *
 * Return: what preadv() of two pages from the disk's begin returned, the page
 * being the first; -errno.
 */
ssize_t stuck_end(void);

#endif
