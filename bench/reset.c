// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a VFIO reset takes: with nothing registered, and with memory of the
 * device registered and 0, 1, 32 or 256 disk reads to it in flight, which a
 * disk with a limited rate holds there (held-io.h). What a reset that waits for
 * them takes beyond that is shown apart.
 *
 * A reset that returns while there is I/O in flight to the device's memory is a
 * failure: what the disk then writes goes to a device that has begun anew.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "bench.h"
#include "progress.h"
#include "reset-round.h"
#include "stop.h"

#define TAG 0x7265736574ull
#define MAX_ROUNDS 64
#define MAX_TRIES 3
#define NR_CONTROL 32
#define HOLD_NS 250000000ull

static const unsigned int depths[] = { 0, 1, 32, HELD_IO_MAX };

enum { LATENCY, WAIT, RESET, NR_METRICS };

static const char *const metrics[NR_METRICS] = {
	[LATENCY] = "latency",
	[WAIT] = "wait",
	[RESET] = "reset",
};

struct reset {
	struct bench_context *context;
	struct target target;
	struct disk_io disk;
	struct held_io held;
	struct reset_round round;
	double values[NR_METRICS][MAX_ROUNDS];
	enum bench_status worst;
	char why[sizeof(((struct bench_context *)0)->reason)];
};

static unsigned int nr_rounds(const struct reset *reset)
{
	unsigned int rounds = reset->context->options->rounds;

	return rounds < MAX_ROUNDS ? rounds : MAX_ROUNDS;
}

static int write_metric(const struct reset *reset, unsigned int metric,
			unsigned int nr_samples, enum bench_status status)
{
	const struct reset_round *round = &reset->round;
	const struct brg_param params[] = {
		{ .name = "inflight", .number = round->nr },
		{ .name = "late", .number = round->late_ios },
		{},
	};
	const struct brg_record record = {
		.name = "reset",
		.metric = metrics[metric],
		.unit = "ns",
		.better = metric == WAIT ? "none" : "lower",
		.samples = reset->values[metric],
		.nr_samples = nr_samples,
		.params = params,
		.mem = round->backing ? round->backing->mem : &target_mem_bar,
		.proof = round->backing && round->proof.nr_pages ?
				 &round->proof :
				 NULL,
		.status = status == BENCH_PASS ? BRG_STATUS_PASS :
			  status == BENCH_SKIP ? BRG_STATUS_SKIP :
						 BRG_STATUS_FAIL,
		.reason = status == BENCH_PASS ? NULL : reset->context->reason,
	};

	return output_write(reset->context->output, &record, false);
}

static enum bench_status write_all(struct reset *reset, unsigned int nr_samples,
				   enum bench_status status)
{
	for (unsigned int m = 0; m < NR_METRICS; m++) {
		int ret = write_metric(reset, m, nr_samples, status);

		if (ret && status == BENCH_PASS)
			status = bench_reason(reset->context,
					      ret == -EUCLEAN ? BENCH_FAIL :
								BENCH_ERROR,
					      "%s", brg_last_error());
		if (status == BENCH_SKIP)
			break;
	}
	return status;
}

/* the machine may be too busy to reset while the disk still holds the I/O */
static int run_round(struct reset *reset, int (*run)(struct reset_round *round))
{
	int ret = -EAGAIN;

	for (int i = 0; i < MAX_TRIES && ret == -EAGAIN; i++)
		ret = run(&reset->round);
	return ret;
}

/*
 * Can this program tell late I/O from I/O in time? The I/O has to be held for
 * longer than a reset takes here.
 */
static enum bench_status control(struct reset *reset)
{
	struct reset_round *round = &reset->round;
	int ret;

	progress_step("reset: control, %d in flight to host memory",
		      NR_CONTROL);
	ret = reset_round_run(round);
	round->hold_ns = HOLD_NS + 3 * (uint64_t)round->took_ns;
	round->nr = NR_CONTROL;
	if (!ret)
		ret = run_round(reset, reset_round_control);
	if (ret)
		return bench_reason(reset->context, bench_status_of(ret),
				    "control: %s", brg_last_error());
	if (round->late_ios == round->nr)
		return BENCH_PASS;
	return bench_reason(
		reset->context, BENCH_ERROR,
		"control: %u of %u I/Os to host memory were seen to end after a reset that does not wait for them: the machine is too busy",
		round->late_ios, round->nr);
}

static enum bench_status one_round(struct reset *reset, unsigned int number)
{
	const struct reset_round *round = &reset->round;
	int ret = run_round(reset, reset_round_run);

	if (ret == -EAGAIN)
		return bench_reason(reset->context, BENCH_ERROR, "%s",
				    brg_last_error());
	if (ret)
		return bench_reason(reset->context, bench_status_of(ret), "%s",
				    brg_last_error());
	reset->values[LATENCY][number] = round->took_ns;
	reset->values[WAIT][number] = round->nr ? round->wait_ns : 0;
	reset->values[RESET][number] =
		round->took_ns - reset->values[WAIT][number];
	if (!round->late_ios)
		return BENCH_PASS;
	return bench_reason(
		reset->context, BENCH_FAIL,
		"LATE DMA: %s: %u of %u I/Os ended after the reset had returned, the last one %.0f ms later; %u blocks of the BAR changed meanwhile",
		round->backing->mem->name, round->late_ios, round->nr,
		round->late_ns / 1e6, round->late_blocks);
}

static enum bench_status one_depth(struct reset *reset, unsigned int depth)
{
	enum bench_status status = BENCH_PASS;
	unsigned int done = 0;

	reset->round.nr = depth;
	reset->round.proof = (struct brg_proof){};
	progress_step("reset: %s, %u in flight",
		      reset->round.backing ? reset->round.backing->mem->name :
					     "nothing registered",
		      depth);
	while (done < nr_rounds(reset) && status == BENCH_PASS) {
		if (stop_requested())
			return bench_reason(reset->context, BENCH_ERROR,
					    "interrupted");
		status = one_round(reset, done);
		if (status == BENCH_PASS)
			done++;
	}
	return write_all(reset, done, status);
}

/* the reason that is given in the end is that of the worst */
static void note(struct reset *reset, enum bench_status status)
{
	if (status == BENCH_FAIL || status == BENCH_ERROR)
		brg_error("reset: %s", reset->context->reason);
	if (bench_worse(reset->worst, status) == reset->worst)
		return;
	reset->worst = status;
	memcpy(reset->why, reset->context->reason, sizeof(reset->why));
}

static void one_backing(struct reset *reset, const struct backing *backing)
{
	const size_t nr = backing ? sizeof(depths) / sizeof(*depths) : 1;

	reset->round.backing = backing;
	for (size_t i = 0; i < nr; i++) {
		enum bench_status status = one_depth(reset, depths[i]);

		note(reset, status);
		if (status == BENCH_SKIP || status == BENCH_ERROR)
			break;
	}
}

static enum bench_status all_backings(struct reset *reset)
{
	one_backing(reset, NULL);
	for (const struct backing *b = backings; b->mem; b++) {
		if (b->map && reset->worst != BENCH_ERROR)
			one_backing(reset, b);
	}
	memcpy(reset->context->reason, reset->why, sizeof(reset->why));
	return reset->worst;
}

static enum bench_status run_open(struct reset *reset)
{
	enum bench_status status;
	int ret = target_open(reset->context->options, &reset->target);

	if (ret)
		return bench_reason(reset->context, bench_status_of(ret), "%s",
				    brg_last_error());
	status = control(reset);
	if (status == BENCH_PASS)
		status = all_backings(reset);
	if (target_close(&reset->target) && status == BENCH_PASS)
		status = bench_reason(reset->context, BENCH_ERROR, "%s",
				      brg_last_error());
	return status;
}

static enum bench_status reset_run(struct bench_context *context,
				   const struct bench *bench)
{
	struct reset reset = {
		.context = context,
		.worst = BENCH_SKIP,
	};
	enum bench_status status;
	int ret;

	reset.round = (struct reset_round){
		.target = &reset.target,
		.disk = &reset.disk,
		.held = &reset.held,
		.stamp = {
			.tag = TAG,
			.generation = 1,
			.seed = context->options->seed,
			.block_bytes = HELD_IO_BYTES,
		},
		.host = aligned_alloc(HELD_IO_BYTES,
				      HELD_IO_MAX * HELD_IO_STRIDE),
	};
	if (!reset.round.host)
		return bench_reason(context, BENCH_ERROR, "out of memory");
	memset(reset.round.host, 0, HELD_IO_MAX * HELD_IO_STRIDE);
	ret = disk_io_open(&reset.disk, &context->output->disk);
	if (!ret)
		ret = held_io_open(&reset.held, &reset.disk,
				   RESET_ROUND_DISK_OFFSET);
	if (ret)
		status = bench_reason(context, bench_status_of(ret), "%s",
				      brg_last_error());
	else
		status = run_open(&reset);
	held_io_close(&reset.held);
	disk_io_close(&reset.disk);
	free(reset.round.host);
	return status;
}

BENCH(reset) = {
	.name = "reset",
	.summary =
		"time of a VFIO reset, idle and with I/O to the BAR in flight",
	.needs = BENCH_NEEDS_PROVIDER | BENCH_NEEDS_DISK,
	.run = reset_run,
};
