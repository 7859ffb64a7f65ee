// SPDX-License-Identifier: GPL-2.0-only
/*
 * barrage-bench - what I/O costs with each kind of memory
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#include "bench.h"
#include "ktap.h"
#include "progress.h"
#include "registry.h"
#include "stop.h"
#include "verify.h"

/* what is to run, in order */
struct plan {
	struct bench_context context;
	const struct bench **chosen;
	size_t nr;
	bool verify;
	enum bench_status worst;
};

static bool any_arm_needs_provider(const struct bench_options *options)
{
	for (unsigned int i = 0; i < options->nr_arms; i++) {
		if (options->arms[i]->flags & BRG_MEM_NEEDS_BDF)
			return true;
	}
	return false;
}

/* 0; -EOPNOTSUPP where I/O to one of the arms' memory cannot be direct */
static int check_arms(const struct bench_options *options)
{
	int ret = 0;

	for (unsigned int i = 0; i < options->nr_arms && !ret; i++)
		ret = brg_mem_check_direct(options->arms[i]);
	return ret;
}

/* what a benchmark needs and this call does not give is a skip */
static enum bench_status check_needs(struct bench_context *context,
				     const struct bench *bench)
{
	const struct bench_options *o = context->options;
	const struct {
		const char *what;
		const char *option;
		const char *path;
		int how;
	} paths[] = {
		{ "fio", "--fio PATH (see fio-engines/build-fio)", o->fio,
		  X_OK },
		{ "fio engine", "--engine PATH", o->engine, R_OK },
		{ "folder of job files", "--jobs DIR", o->jobs, X_OK },
	};
	bool disk = bench->needs & BENCH_NEEDS_DISK;
	bool provider = bench->needs & BENCH_NEEDS_PROVIDER;

	/* what works on the arms may need none: host does not */
	if (disk && !provider) {
		if (check_arms(o))
			return bench_reason(context, BENCH_SKIP, "%s",
					    brg_last_error());
		provider = any_arm_needs_provider(o);
	}
	if (provider && !*o->device)
		return bench_reason(
			context, BENCH_SKIP,
			"no provider: give its address with --device BDF");
	if (disk && !o->peer)
		return bench_reason(
			context, BENCH_SKIP,
			"no disk: give a scratch disk with --peer /dev/nvme0n1");
	if (!(bench->needs & BENCH_NEEDS_FIO))
		return BENCH_PASS;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (!paths[i].path)
			return bench_reason(context, BENCH_SKIP,
					    "no %s: give %s", paths[i].what,
					    paths[i].option);
		if (access(paths[i].path, paths[i].how))
			return bench_reason(context, BENCH_ERROR, "%s: %s: %s",
					    paths[i].what, paths[i].path,
					    strerror(errno));
	}
	return BENCH_PASS;
}

/* what was given, but is not there or may not be used: an error */
static enum bench_status check_devices(struct bench_context *context)
{
	const struct bench_options *options = context->options;
	struct brg_pci pci;
	struct brg_disk disk;

	if (*options->device && (brg_pci_read(options->device, &pci) ||
				 brg_pci_check_bar(&pci, options->bar)))
		return bench_reason(context, BENCH_ERROR, "%s",
				    brg_last_error());
	if (options->peer && brg_disk_read(options->peer, &disk))
		return bench_reason(context, BENCH_ERROR, "%s",
				    brg_last_error());
	if (options->icount && brg_clock_kind() != BRG_CLOCK_ICOUNT)
		return bench_reason(
			context, BENCH_SKIP,
			"--icount: this machine's clock does not count instructions (BARRAGE_CLOCK is not icount)");
	return BENCH_PASS;
}

static const char *status_text(enum bench_status status)
{
	switch (status) {
	case BENCH_PASS:
		return "pass";
	case BENCH_FAIL:
		return "FAILED";
	case BENCH_SKIP:
		return "skipped";
	default:
		return "error";
	}
}

static void finish(struct plan *plan, const char *name,
		   enum bench_status status)
{
	if (status != BENCH_PASS)
		fprintf(stderr, "barrage-bench: %s: %s: %s\n", name,
			status_text(status), plan->context.reason);
	if (output_prints(plan->context.output)) {
		printf("%-20s %s\n", name, status_text(status));
		fflush(stdout);
	}
	if (plan->context.options->tap)
		ktap_point(name, status, plan->context.reason);
	plan->worst = bench_worse(plan->worst, status);
}

static enum bench_status run_verify(struct plan *plan, const char *stage)
{
	enum bench_status status;
	char name[32];

	snprintf(name, sizeof(name), "verify-%s", stage);
	progress_step("verifying data %s", stage);
	output_mark(plan->context.output);
	status = verify_stage(&plan->context, stage);
	finish(plan, name, status);
	return status;
}

static void run_bench(struct plan *plan, const struct bench *bench)
{
	enum bench_status status = check_needs(&plan->context, bench);

	if (status == BENCH_PASS) {
		output_mark(plan->context.output);
		status = bench->run(&plan->context, bench);
	}
	finish(plan, bench->name, status);
}

/*
 * Nothing is measured where data does not arrive, or where the kernel has no
 * route: the figures would be of something else.
 */
static void run_plan(struct plan *plan)
{
	if (plan->verify && run_verify(plan, "before") != BENCH_PASS)
		return;
	for (size_t i = 0; i < plan->nr; i++) {
		if (stop_requested())
			return;
		run_bench(plan, plan->chosen[i]);
	}
	if (plan->verify && !stop_requested())
		run_verify(plan, "after");
}

/* the data is checked where something that moves data is able to run */
static void make_plan(struct plan *plan)
{
	const struct bench_options *options = plan->context.options;
	unsigned int nr_steps = 0;

	for (size_t i = 0; i < plan->nr; i++) {
		const struct bench *bench = plan->chosen[i];
		bool moves = bench->needs & BENCH_NEEDS_VERIFY;

		nr_steps += moves ? options->rounds * options->nr_arms : 1;
		if (moves && check_needs(&plan->context, bench) == BENCH_PASS)
			plan->verify = true;
	}
	if (options->tap)
		ktap_start(plan->nr + (plan->verify ? 2 : 0));
	progress_start(nr_steps + (plan->verify ? 2 : 0));
}

static enum bench_status run(const struct bench_options *options,
			     struct output *output)
{
	struct plan plan = {
		.context = { .options = options, .output = output },
		.worst = BENCH_SKIP,
	};
	enum bench_status status = check_devices(&plan.context);

	if (status != BENCH_PASS) {
		fprintf(stderr, "barrage-bench: %s\n", plan.context.reason);
		return status;
	}
	if (registry_select(options->names,
			    options->icount ? BENCH_SET_ICOUNT : BENCH_SET_WALL,
			    &plan.chosen, &plan.nr)) {
		fprintf(stderr, "barrage-bench: %s\n", brg_last_error());
		return BENCH_ERROR;
	}
	make_plan(&plan);
	run_plan(&plan);
	free(plan.chosen);
	if (stop_requested())
		return bench_worse(plan.worst, BENCH_ERROR);
	return plan.worst;
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct output output;
	enum bench_status status;

	options_parse(argc, argv, &options);
	if (options.list) {
		registry_list();
		return BENCH_PASS;
	}
	stop_watch();
	fprintf(stderr, "barrage-bench: seed %llu (--seed)\n",
		(unsigned long long)options.seed);
	if (output_open(&output, &options)) {
		fprintf(stderr, "barrage-bench: %s\n", brg_last_error());
		return BENCH_ERROR;
	}
	status = run(&options, &output);
	output_close(&output);
	return (int)status;
}
