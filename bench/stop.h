/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stop - end early, but in order, when asked by a signal
 */
#ifndef BENCH_STOP_H
#define BENCH_STOP_H

#include <stdbool.h>

/**
 * stop_watch - take SIGINT, SIGTERM and SIGHUP as requests to end
 *
 * System calls that wait are interrupted. A second signal kills.
 */
void stop_watch(void);

/** stop_requested - has one come? */
bool stop_requested(void);

#endif
