// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each arm, each size of I/O, both ways, at the start of the memory and across
 * a 2 MiB boundary.
 */
#include "verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "roundtrip.h"

#define MEM_BYTES (4u << 20)
#define BOUNDARY (2u << 20)
#define PAGE_BYTES 4096
#define TAG 0x62656e6368ull
#define AFTER_GENERATION (1u << 20)

/* sizes of one I/O, and how many make a check of at most BOUNDARY bytes */
static const struct shape {
	size_t bs;
	unsigned int nr_ios;
} shapes[] = {
	{ 4u << 10, 64 },
	{ 64u << 10, 8 },
	{ 1u << 20, 2 },
};

/* where in the memory: at its start, or some odd pages before the boundary */
static const size_t places[] = { 0, BOUNDARY - 5 * PAGE_BYTES };

#define NR_SHAPES (sizeof(shapes) / sizeof(*shapes))
#define NR_PLACES (sizeof(places) / sizeof(*places))

/* one arm, in one stage */
struct verify {
	struct bench_context *context;
	const char *stage;
	struct roundtrip trip;
	struct brg_proof proof;
};

static enum brg_status record_status(enum bench_status status)
{
	switch (status) {
	case BENCH_PASS:
		return BRG_STATUS_PASS;
	case BENCH_SKIP:
		return BRG_STATUS_SKIP;
	default:
		return BRG_STATUS_FAIL;
	}
}

static int write_record(struct verify *verify, const struct roundtrip_way *way,
			enum bench_status status, size_t nr_bad)
{
	const struct roundtrip *trip = &verify->trip;
	const size_t nr_blocks =
		roundtrip_bytes(trip) / trip->stamp.block_bytes;
	const struct brg_param params[] = {
		{ .name = "bs", .number = (double)trip->bs },
		{ .name = "blocks", .number = (double)nr_blocks },
		{ .name = "at", .number = (double)trip->place },
		{ .name = "way", .text = way->name },
		{ .name = "stage", .text = verify->stage },
		{},
	};
	const double mismatches = (double)nr_bad;
	struct brg_record record = {
		.name = "verify",
		.metric = "mismatches",
		.unit = "1",
		.better = "lower",
		.samples = &mismatches,
		.nr_samples = status == BENCH_SKIP ? 0 : 1,
		.params = params,
		.mem = brg_mem_kind(trip->mem),
		.proof = &verify->proof,
		.status = record_status(status),
	};

	if (status != BENCH_PASS)
		record.reason = verify->context->reason;
	return output_write(verify->context->output, &record, true);
}

/* an error is a refusal of the route only where peer memory is meant */
static enum bench_status io_failed(struct verify *verify,
				   const struct roundtrip_way *way, int err)
{
	const struct brg_mem_ops *kind = brg_mem_kind(verify->trip.mem);
	struct bench_context *context = verify->context;

	if (kind->verdict == BRG_VERDICT_P2P && disk_io_is_refusal(err))
		return bench_reason(
			context, BENCH_SKIP,
			"the kernel has no P2P route from %s to %s (%s): put both below one PCIe switch, or below a host bridge that the kernel trusts for P2P",
			verify->trip.disk.disk->path, context->options->device,
			brg_last_error());
	return bench_reason(context, BENCH_FAIL, "verify: %s, %s: %s",
			    kind->name, way->summary, brg_last_error());
}

static enum bench_status wrong_data(struct verify *verify,
				    const struct roundtrip_way *way,
				    const struct brg_block_report *report)
{
	const struct roundtrip *trip = &verify->trip;

	return bench_reason(
		verify->context, BENCH_FAIL,
		"WRONG DATA: %s, %s, I/Os of %zu bytes, %zu bytes into the memory: %zu of %zu blocks are bad; the first: %s",
		brg_mem_kind(trip->mem)->name, way->summary, trip->bs,
		trip->place, report->nr_bad,
		roundtrip_bytes(trip) / trip->stamp.block_bytes, report->text);
}

static enum bench_status check_way(struct verify *verify,
				   const struct roundtrip_way *way)
{
	struct bench_context *context = verify->context;
	struct brg_block_report report = {};
	enum bench_status status = BENCH_PASS;
	int ret;

	if (roundtrip_spoil(&verify->trip))
		return bench_reason(context, BENCH_ERROR,
				    "verify: host memory and disk: %s",
				    brg_last_error());
	ret = roundtrip_run(&verify->trip, way);
	if (ret)
		status = io_failed(verify, way, ret);
	else if (roundtrip_check(&verify->trip, &report))
		status = wrong_data(verify, way, &report);
	ret = write_record(verify, way, status, report.nr_bad);
	if (ret && status == BENCH_PASS)
		status = bench_reason(
			context, ret == -EUCLEAN ? BENCH_FAIL : BENCH_ERROR,
			"%s", brg_last_error());
	return status;
}

static enum bench_status check_ways(struct verify *verify)
{
	const size_t nr = NR_SHAPES * NR_PLACES * ROUNDTRIP_NR_WAYS;
	enum bench_status status = BENCH_PASS;

	for (size_t i = 0; i < nr && status == BENCH_PASS; i++) {
		size_t way = i % ROUNDTRIP_NR_WAYS;
		size_t place = i / ROUNDTRIP_NR_WAYS % NR_PLACES;
		size_t shape = i / ROUNDTRIP_NR_WAYS / NR_PLACES;

		verify->trip.place = places[place];
		verify->trip.bs = shapes[shape].bs;
		verify->trip.nr_ios = shapes[shape].nr_ios;
		status = check_way(verify, &roundtrip_ways[way]);
	}
	return status;
}

static enum bench_status check_arm(struct verify *verify,
				   const struct brg_mem_ops *kind)
{
	const struct bench_options *options = verify->context->options;
	const struct brg_mem_params params = {
		.bdf = options->device,
		.bar = options->bar,
		.size_bytes = MEM_BYTES,
	};
	enum bench_status status;
	int ret = brg_mem_open(kind, &params, &verify->trip.mem);

	if (ret)
		return bench_reason(verify->context, bench_status_of(ret),
				    "%s: %s", kind->name, brg_last_error());
	if (brg_mem_prove(verify->trip.mem, &verify->proof))
		status = bench_reason(verify->context, BENCH_FAIL,
				      "%s: no proof: %s", kind->name,
				      brg_last_error());
	else
		status = check_ways(verify);
	brg_mem_close(verify->trip.mem);
	return status;
}

enum bench_status verify_stage(struct bench_context *context, const char *stage)
{
	const struct bench_options *options = context->options;
	struct verify verify = {
		.context = context,
		.stage = stage,
		.trip.stamp = {
			.tag = TAG,
			.generation = strcmp(stage, "after") ?
					      0 :
					      AFTER_GENERATION,
			.seed = options->seed,
			.block_bytes = BRG_BLOCK_MAX_BYTES,
		},
	};
	enum bench_status status = BENCH_PASS;

	if (disk_io_open(&verify.trip.disk, &context->output->disk))
		return bench_reason(context, BENCH_ERROR, "%s",
				    brg_last_error());
	verify.trip.host = aligned_alloc(PAGE_BYTES, BOUNDARY);
	if (!verify.trip.host)
		status = bench_reason(context, BENCH_ERROR, "out of memory");
	for (unsigned int i = 0; i < options->nr_arms && status == BENCH_PASS;
	     i++)
		status = check_arm(&verify, options->arms[i]);
	free(verify.trip.host);
	disk_io_close(&verify.trip.disk);
	return status;
}

static enum bench_status verify_run(struct bench_context *context,
				    const struct bench *bench)
{
	return verify_stage(context, "alone");
}

BENCH(verify) = {
	.name = "verify",
	.summary = "stamped blocks both ways through each kind of memory",
	.needs = BENCH_NEEDS_DISK,
	.run = verify_run,
};
