// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long it takes to give a whole BAR pages, and to take them away again,
 * with nothing mapped and no I/O in flight: the system calls alone.
 */
#include <errno.h>
#include <string.h>

#include <barrage/clock.h>
#include <barrage/log.h>
#include <barrage/p2p.h>
#include <barrage/vfio.h>

#include "bench.h"
#include "progress.h"
#include "stop.h"

#define NR_CALLS 32 /* unregistering waits for the kernel's grace periods */
#define VFIO_DRIVER "vfio-pci"

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

/* a device that is free, or has the driver already: none is taken away */
static int bind_free(const struct bench_context *context,
		     struct brg_pci_binding *binding)
{
	struct brg_pci pci;
	int ret = brg_pci_read(context->options->device, &pci);

	if (ret)
		return ret;
	if (*pci.driver && strcmp(pci.driver, VFIO_DRIVER))
		return brg_fail(
			-EBUSY,
			"%s: %s has it: unbind it first (echo %s > /sys/bus/pci/drivers/%s/unbind)",
			pci.bdf, pci.driver, pci.bdf, pci.driver);
	return brg_pci_bind(pci.bdf, VFIO_DRIVER, binding);
}

static int open_and_measure(struct bench_context *context,
			    struct samples *samples)
{
	struct brg_pci_binding binding = {};
	struct brg_vfio vfio = { .fd = -1 };
	int restored, ret = bind_free(context, &binding);

	if (ret)
		return ret;
	ret = brg_vfio_open(context->options->device, &vfio);
	if (!ret)
		ret = measure(context, &vfio, samples);
	brg_vfio_close(&vfio);
	restored = brg_pci_restore(&binding);
	return ret ? ret : restored;
}

/* that pages registered this way are the BAR's */
static int prove(const struct bench_context *context, struct brg_proof *proof)
{
	const struct brg_mem_params params = {
		.bdf = context->options->device,
		.bar = context->options->bar,
		.size_bytes = BRG_P2P_ALIGN,
	};
	struct brg_mem *mem;
	int ret = brg_mem_open(brg_mem_find("p2p-register"), &params, &mem);

	if (ret)
		return ret;
	ret = brg_mem_prove(mem, proof);
	brg_mem_close(mem);
	return ret;
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
	ret = open_and_measure(context, &samples);
	if (!ret)
		ret = prove(context, &proof);
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
