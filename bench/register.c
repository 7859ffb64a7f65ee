// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long it takes to give a whole BAR pages, and to take them away again,
 * with nothing mapped and no I/O in flight: the system calls alone.
 */
#include <errno.h>
#include <sys/mman.h>

#include <barrage/clock.h>
#include <barrage/log.h>
#include <barrage/p2p.h>
#include <barrage/vfio.h>

#include "backing.h"
#include "bench.h"
#include "progress.h"
#include "stop.h"

#define NR_CALLS 32 /* unregistering waits for the kernel's grace periods */

struct samples {
	unsigned int nr;
	double registering[NR_CALLS];
	double unregistering[NR_CALLS];
};

static int measure(struct bench_context *context, const struct brg_vfio *vfio,
		   struct samples *samples)
{
	unsigned int bar = context->options->bar;

	while (samples->nr < NR_CALLS) {
		uint64_t t0, t1, t2;
		int ret;

		if (stop_requested())
			return brg_fail(-EINTR, "interrupted");
		t0 = brg_clock_now_ns();
		ret = brg_p2p_register(vfio, bar, 0, 0);
		if (ret)
			return ret;
		t1 = brg_clock_now_ns();
		ret = brg_p2p_unregister(vfio, bar, 0);
		if (ret)
			return ret;
		t2 = brg_clock_now_ns();
		samples->registering[samples->nr] = (double)(t1 - t0);
		samples->unregistering[samples->nr++] = (double)(t2 - t1);
	}
	return 0;
}

/* that pages registered this way are the BAR's */
static int prove(const struct target *target, struct brg_proof *proof)
{
	const struct backing *backing = &backings[0];
	int undone, fd, ret = backing->make(target, BRG_P2P_ALIGN, &fd);
	void *addr;

	if (ret)
		return ret;
	ret = backing->map(target, BRG_P2P_ALIGN, &addr);
	if (!ret) {
		ret = backing_prove(backing, target, addr, BRG_P2P_ALIGN, proof,
				    NULL);
		munmap(addr, BRG_P2P_ALIGN);
	}
	undone = backing->unmake(target, fd);
	return ret ? ret : undone;
}

static int open_and_measure(struct bench_context *context,
			    struct samples *samples, struct brg_proof *proof)
{
	struct target target;
	int restored, ret = target_open(context->options, &target);

	if (ret)
		return ret;
	ret = measure(context, &target.vfio, samples);
	if (!ret)
		ret = prove(&target, proof);
	restored = target_close(&target);
	return ret ? ret : restored;
}

static int write_one(struct bench_context *context, const char *metric,
		     const double *samples, unsigned int nr,
		     const struct brg_proof *proof)
{
	const struct output *output = context->output;
	const struct brg_param params[] = {
		{ .name = "bytes",
		  .number = (double)output->provider.bars[context->options->bar]
				    .size_bytes },
		{},
	};
	const struct brg_record record = {
		.name = "register",
		.metric = metric,
		.unit = "ns",
		.better = "lower",
		.samples = samples,
		.nr_samples = nr,
		.params = params,
		.mem = brg_mem_find("p2p-register"),
		.proof = proof,
	};

	return output_write(context->output, &record, false);
}

static enum bench_status register_run(struct bench_context *context,
				      const struct bench *bench)
{
	struct samples samples = {};
	struct brg_proof proof;
	int ret;

	progress_step("register: %d times", NR_CALLS);
	ret = open_and_measure(context, &samples, &proof);
	if (ret)
		return bench_reason(context, bench_status_of(ret), "%s",
				    brg_last_error());
	ret = write_one(context, "register", samples.registering, samples.nr,
			&proof);
	if (!ret)
		ret = write_one(context, "unregister", samples.unregistering,
				samples.nr, &proof);
	if (ret)
		return bench_reason(context,
				    ret == -EUCLEAN ? BENCH_FAIL : BENCH_ERROR,
				    "%s", brg_last_error());
	return BENCH_PASS;
}

BENCH(register_bar) = {
	.name = "register",
	.summary = "time to register a BAR as P2P memory, and to unregister",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL | BENCH_SET_ICOUNT,
	.run = register_run,
};
