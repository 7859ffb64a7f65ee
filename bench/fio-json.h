/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fio-json - what one fio run measured, from its json+ output
 *
 * All jobs and both directions are taken together: rates are summed, and
 * latency percentiles come from the merged bins that json+ gives, at fio's own
 * resolution (1/64 of the value or better). The total latency is taken where
 * the job file asks for it, because a bounce copy made before the submission
 * is no part of the completion latency.
 */
#ifndef BENCH_FIO_JSON_H
#define BENCH_FIO_JSON_H

#include <stddef.h>
#include <stdint.h>

struct fio_result {
	double bytes_per_s;
	double ios_per_s;
	double latency_p50_ns;
	double latency_p90_ns;
	double latency_p99_ns;
	double latency_p999_ns;
	uint64_t nr_bytes;
	uint64_t nr_ios;
	double job_cpu_s; /* user and system time of the jobs' threads */
	double start_s; /* of the first job, CLOCK_REALTIME */
	double runtime_s; /* of the longest job */
	/* as fio understood the job file, of the first job */
	char rw[16];
	uint64_t bs_bytes;
	unsigned int iodepth;
	unsigned int numjobs;
	char latency[8]; /* "lat" or "clat" */
	char version[32];
};

/**
 * fio_json_parse - read json+ output
 * @text: of --output-format=json+; lines before the JSON object are skipped
 * @result: receives the figures; untouched on failure
 * @why: receives one line on failure
 * @size: of @why
 *
 * Return: 0; -EBADMSG where it is no json+ output of a run that did I/O;
 * -EIO where a job reports an error.
 */
int fio_json_parse(const char *text, struct fio_result *result, char *why,
		   size_t size);

#endif
