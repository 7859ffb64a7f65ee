// SPDX-License-Identifier: GPL-2.0-only
#include "fio-run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "child.h"
#include "fio-proof.h"
#include "scratch.h"

#define NR_ENV 7
#define ENV_BYTES 512
#define START_LIMIT_S 120 /* fio's own start and end, on a slow emulator */
#define SAMPLES_PER_RUN 25

/* what the job files take from the environment */
struct fio_env {
	char text[NR_ENV][ENV_BYTES];
	char *list[NR_ENV + 1];
};

static void make_env(struct fio_env *env, const struct bench_options *options,
		     const struct brg_mem_ops *kind)
{
	bool provider = kind->flags & BRG_MEM_NEEDS_BDF;

	snprintf(env->text[0], ENV_BYTES, "BARRAGE_FIO_ENGINE=%s",
		 options->engine);
	snprintf(env->text[1], ENV_BYTES, "BARRAGE_DISK=%s", options->peer);
	snprintf(env->text[2], ENV_BYTES, "BARRAGE_MEM=%s", kind->name);
	snprintf(env->text[3], ENV_BYTES, "BARRAGE_PROVIDER=%s",
		 provider ? options->device : "none");
	snprintf(env->text[4], ENV_BYTES, "BARRAGE_PROVIDER_BAR=%u",
		 options->bar);
	snprintf(env->text[5], ENV_BYTES, "BARRAGE_RUNTIME=%.0fms",
		 options->runtime_s * 1e3);
	snprintf(env->text[6], ENV_BYTES, "LC_ALL=C");
	for (size_t i = 0; i < NR_ENV; i++)
		env->list[i] = env->text[i];
	env->list[NR_ENV] = NULL;
}

/* the engine's own words, else fio's, else the last thing said */
static void find_reason(const char *err, char *reason, size_t size)
{
	static const char *const marks[] = { "barrage: ", "fio: " };
	const char *line = NULL;

	for (size_t i = 0; i < 2 && !line; i++) {
		line = err;
		while ((line = strstr(line, marks[i])) &&
		       !strncmp(line, "barrage: verdict=", 17))
			line++;
	}
	if (!line)
		line = err;
	snprintf(reason, size, "%.*s", (int)strcspn(line, "\n"), line);
}

static enum bench_status fio_failed(struct bench_context *context,
				    const struct fio_run *run,
				    const struct child *child)
{
	char reason[400];

	find_reason(*child->err ? child->err : child->out, reason,
		    sizeof(reason));
	return bench_reason(context, BENCH_FAIL,
			    "fio %s on %s: exit status %d: %s", run->section,
			    run->kind->name, child->status, reason);
}

static enum bench_status judge(struct bench_context *context,
			       struct fio_run *run, const struct child *child)
{
	const struct fio_result *result = &run->result;
	char why[256];

	if (child->status)
		return fio_failed(context, run, child);
	if (fio_json_parse(child->out, &run->result, why, sizeof(why)))
		return bench_reason(context, BENCH_FAIL, "%s on %s: %s",
				    run->section, run->kind->name, why);
	if (fio_proof_parse(child->err, run->kind, result->numjobs,
			    &run->proof))
		return bench_reason(context, BENCH_FAIL, "%s: %s", run->section,
				    brg_last_error());
	run->busy_s = cpu_trace_busy(child->trace, result->start_s,
				     result->start_s + result->runtime_s);
	return BENCH_PASS;
}

static enum bench_status run_in(struct bench_context *context,
				struct fio_run *run, const char *folder)
{
	const struct bench_options *options = context->options;
	char section[64], seed[64], job[ENV_BYTES];
	const char *const argv[] = { options->fio,  "--output-format=json+",
				     "--eta=never", "--max-jobs=16",
				     seed,	    section,
				     job,	    NULL };
	struct cpu_trace trace = {};
	struct fio_env env;
	struct child child = {
		.argv = argv,
		.env = env.list,
		.folder = folder,
		.limit_s = options->runtime_s + START_LIMIT_S,
		.trace = &trace,
		.sample_s = options->runtime_s / SAMPLES_PER_RUN,
	};
	enum bench_status status;
	int ret;

	snprintf(section, sizeof(section), "--section=%s", run->section);
	snprintf(seed, sizeof(seed), "--randseed=%llu",
		 (unsigned long long)options->seed);
	snprintf(job, sizeof(job), "%s/%s", options->jobs, run->file);
	make_env(&env, options, run->kind);
	ret = child_run(&child);
	if (ret)
		status = bench_reason(
			context, ret == -ETIMEDOUT ? BENCH_FAIL : BENCH_ERROR,
			"%s on %s: %s", run->section, run->kind->name,
			brg_last_error());
	else
		status = judge(context, run, &child);
	child_free(&child);
	cpu_trace_free(&trace);
	return status;
}

enum bench_status fio_run(struct bench_context *context, struct fio_run *run)
{
	enum bench_status status;
	char folder[256];

	if (scratch_make(folder, sizeof(folder)))
		return bench_reason(context, BENCH_ERROR, "%s",
				    brg_last_error());
	status = run_in(context, run, folder);
	scratch_remove(folder);
	return status;
}
