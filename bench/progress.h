/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * progress - what is being done, and about how long the rest takes; on stderr
 */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

/**
 * progress_start - a run begins
 * @nr_steps: that it has, about equally long
 */
void progress_start(unsigned int nr_steps);

/**
 * progress_step - a step begins
 * @fmt: what it is
 */
__attribute__((format(printf, 1, 2))) void progress_step(const char *fmt, ...);

#endif
