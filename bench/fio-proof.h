/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fio-proof - what the fio engine says about the memory that its jobs used
 */
#ifndef BENCH_FIO_PROOF_H
#define BENCH_FIO_PROOF_H

#include <stddef.h>

#include <barrage/mem.h>

/**
 * fio_proof_parse - add up the engine's proofs
 * @text: fio's stderr, with one line per job, which starts with
 *	"barrage: verdict=p2p kind=p2p-register" and goes on with "pages=64"
 *	and "in_bar=64"
 * @kind: that the jobs were to use
 * @nr_jobs: how many must have proven it
 * @proof: receives the sums
 *
 * Return: 0; -ENODATA where a job's proof is missing; -EXDEV where one has
 * another kind or verdict than @kind, or page frames elsewhere; with
 * brg_last_error() set.
 */
int fio_proof_parse(const char *text, const struct brg_mem_ops *kind,
		    unsigned int nr_jobs, struct brg_proof *proof);

#endif
