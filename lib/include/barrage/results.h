/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * results - records of measurements, one JSON object a line
 *
 * What a record must hold is results/schema/record.schema.json. This writer
 * fills in what is the same for all records of a program's run (kernel, CPU,
 * clock, topology, revision), works out the statistics, and refuses what the
 * schema would refuse: a missing reason, a number that is no number.
 */
#ifndef BARRAGE_RESULTS_H
#define BARRAGE_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <barrage/disk.h>
#include <barrage/mem.h>
#include <barrage/pci.h>
#include <barrage/proof.h>

enum brg_status {
	BRG_STATUS_PASS,
	BRG_STATUS_FAIL,
	BRG_STATUS_SKIP,
};

/* what became of the kernel log meanwhile */
enum brg_kernel_log {
	BRG_KERNEL_LOG_UNREAD,
	BRG_KERNEL_LOG_SILENT,
	BRG_KERNEL_LOG_NOISY,
};

/**
 * struct brg_param - one parameter of a measurement
 * @name: NULL ends a list
 * @text: or NULL, for a number
 * @number: where there is no text
 */
struct brg_param {
	const char *name;
	const char *text;
	double number;
};

/**
 * struct brg_record_rdma - the RDMA device that did it
 * @name: "mlx5_0"
 * @driver: "mlx5"
 * @bdf: PCI device that it does DMA with; "" where there is none
 */
struct brg_record_rdma {
	const char *name;
	const char *driver;
	const char *bdf;
};

/**
 * struct brg_record - one measurement
 * @name: of the benchmark
 * @metric: of it, "read.bandwidth"
 * @unit: "B/s", "1/s", "ns", "s/GB", "B" or "1"
 * @better: "higher", "lower" or "none"
 * @samples: every one, in the order taken
 * @nr_samples: may be 0 but for a pass
 * @params: list that ends in a NULL name; or NULL
 * @mem: kind of memory
 * @baseline: in a ratio: the kind that @mem is divided by; or NULL
 * @proof: or NULL where none was made
 * @proof_by_engine: the fio engine made it, not this program
 * @proof_by_rdma: what RDMA wrote was found there; page frames were not seen
 * @kernel_log: goes into the proof
 * @status: of it
 * @reason: needed but for a pass
 * @seed: of the run's random numbers
 * @provider: device whose BAR is used, with @bar; or NULL
 * @disk: that the I/O goes to; or NULL
 * @rdma: that the measurement went through; or NULL
 * @copied_by: who moved the data, "device" or "cpu"; NULL where none was moved,
 *	or where nothing but a device could have
 * @untrusted_reason: why the figure is not to be trusted; or NULL
 */
struct brg_record {
	const char *name;
	const char *metric;
	const char *unit;
	const char *better;
	const double *samples;
	size_t nr_samples;
	const struct brg_param *params;
	const struct brg_mem_ops *mem;
	const struct brg_mem_ops *baseline;
	const struct brg_proof *proof;
	bool proof_by_engine;
	bool proof_by_rdma;
	enum brg_kernel_log kernel_log;
	enum brg_status status;
	const char *reason;
	uint64_t seed;
	const struct brg_pci *provider;
	unsigned int bar;
	const struct brg_disk *disk;
	const struct brg_record_rdma *rdma;
	const char *copied_by;
	const char *untrusted_reason;
};

struct brg_results;

/**
 * brg_results_open - start a file of records, or go on with one
 * @path: appended to; "-" is stdout
 * @resultsp: receives the writer
 *
 * Return: 0; -errno of open(), with brg_last_error() set.
 */
int brg_results_open(const char *path, struct brg_results **resultsp);

/**
 * brg_results_write - add a record
 * @results: open; used by one thread at a time
 * @record: copied
 *
 * The line is written in one piece and flushed: a killed program leaves whole
 * lines. Text that is not UTF-8 has its bad bytes replaced by "?".
 *
 * Return: 0; -EINVAL where a field is missing or no number; -errno; with
 * brg_last_error() set.
 */
int brg_results_write(struct brg_results *results,
		      const struct brg_record *record);

/** brg_results_close - close it; NULL is fine */
void brg_results_close(struct brg_results *results);

/**
 * brg_results_quantile - exact quantile of a sorted list
 * @sorted: ascending
 * @nr: of them, at least 1
 * @q: 0 to 1; between two samples, linear
 */
double brg_results_quantile(const double *sorted, size_t nr, double q);

#endif
