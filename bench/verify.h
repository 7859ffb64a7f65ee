/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verify - that data arrives, before and after the measurements
 */
#ifndef BENCH_VERIFY_H
#define BENCH_VERIFY_H

#include "bench.h"

/**
 * verify_stage - send stamped blocks both ways through every arm
 * @context: of the run; receives the reason unless it is a pass
 * @stage: "before" or "after", for the records
 *
 * The disk's open() refuses one that is in use or carries data.
 *
 * Return: BENCH_PASS; BENCH_FAIL at the first block that is not what was sent,
 * or without proof that the arm's memory is what it claims; BENCH_SKIP where
 * the kernel has no route between the devices; BENCH_ERROR.
 */
enum bench_status verify_stage(struct bench_context *context,
			       const char *stage);

#endif
