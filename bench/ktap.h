/* SPDX-License-Identifier: GPL-2.0-only */
/* ktap - results as the kernel's test anything protocol, on stdout */
#ifndef BENCH_KTAP_H
#define BENCH_KTAP_H

#include "bench.h"

/**
 * ktap_start - version and plan
 * @nr: points to come; one that is not reached is missing, and so a failure
 */
void ktap_start(size_t nr);

/**
 * ktap_point - one result
 * @name: of the benchmark
 * @status: how it ended
 * @reason: shown unless it passed
 */
void ktap_point(const char *name, enum bench_status status, const char *reason);

#endif
