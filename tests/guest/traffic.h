/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * traffic - verified direct I/O between the disk and P2P memory, in a thread
 *
 * It goes on until it is told to end, or until something is wrong.
 */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <stddef.h>

#define TRAFFIC_BYTES (64 * 1024)

/** traffic_start - @bar: TRAFFIC_BYTES of P2P memory; one at a time */
void traffic_start(void *bar);

/** traffic_expect - wait, bounded, for one more round that begins after this */
void traffic_expect(void);

/** traffic_end - the test fails where something was wrong */
void traffic_end(void);

/** traffic_abort - for fixtures: end it, harmless without a start */
void traffic_abort(void);

#endif
