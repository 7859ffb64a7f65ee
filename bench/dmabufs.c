// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dma-bufs cost their exporter and their importers, against size and
 * number of ranges. Each round takes the combinations in an order of its own,
 * which follows from the seed. All samples are kept.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "dmabuf-result.h"
#include "progress.h"
#include "shuffle.h"
#include "stop.h"

#define NR_USERS 3
#define MAX_KINDS 4
#define MAX_RESULTS (NR_USERS * MAX_KINDS * DMABUF_MAX_SHAPES)

static const struct dmabuf_user *const users[NR_USERS] = {
	&dmabuf_user_none,
	&dmabuf_user_importer,
	&dmabuf_user_iommufd,
};

struct dmabufs {
	struct bench_context *context;
	struct target target;
	struct dmabuf_setting setting;
	struct shuffle random;
	struct dmabuf_shape shapes[DMABUF_MAX_SHAPES];
	size_t nr_shapes;
	struct brg_proof proofs[MAX_KINDS];
	struct dmabuf_result results[MAX_RESULTS];
	size_t nr_results;
};

/* every shape that the kind can have and the user takes */
static int add_results(struct dmabufs *dmabufs, const struct dmabuf_user *user,
		       const struct dmabuf_kind *kind)
{
	int ret = 0;

	for (size_t s = 0; s < dmabufs->nr_shapes && !ret; s++) {
		const struct dmabuf_shape *shape = &dmabufs->shapes[s];

		if (!user->takes(kind, shape->nr) ||
		    shape->bytes / shape->nr % kind->align ||
		    shape->bytes >
			    dmabuf_kind_bytes(kind, &dmabufs->setting.source))
			continue;
		ret = dmabuf_result_open(
			&dmabufs->results[dmabufs->nr_results++], user, kind,
			shape, dmabufs->context->options->rounds);
	}
	return ret;
}

static struct brg_proof *proof_of(struct dmabufs *dmabufs,
				  const struct dmabuf_result *result)
{
	return &dmabufs->proofs[result->cell.kind - dmabuf_kinds];
}

static bool is_same(const struct dmabuf_result *a,
		    const struct dmabuf_result *b)
{
	return a->user == b->user && a->cell.kind == b->cell.kind;
}

/*
 * Nothing is measured of what is not what it is called: once for each user and
 * kind.
 */
static int prove(struct dmabufs *dmabufs)
{
	const struct dmabuf_setting *setting = &dmabufs->setting;
	struct dmabuf_result *result = dmabufs->results;
	int ret = 0;

	for (size_t i = 0; i < dmabufs->nr_results && !ret; i++, result++) {
		const struct dmabuf_kind *kind = result->cell.kind;

		if (i && is_same(result, result - 1)) {
			memcpy(result->skipped, result[-1].skipped,
			       sizeof(result->skipped));
			continue;
		}
		ret = kind->prove(&setting->source, proof_of(dmabufs, result));
		if (!ret && result->user->prove)
			ret = result->user->prove(setting, kind);
		ret = dmabuf_result_or_skip(result, ret);
	}
	return ret;
}

/* what a user cannot reach is known before anything is measured */
static int reach(struct dmabufs *dmabufs)
{
	int ret = 0;

	for (size_t i = 0; i < dmabufs->nr_results && !ret; i++) {
		struct dmabuf_result *result = &dmabufs->results[i];

		if (!*result->skipped && result->user->reach)
			ret = dmabuf_result_or_skip(
				result, result->user->reach(&dmabufs->setting,
							    &result->cell));
	}
	return ret;
}

static int all_rounds(struct dmabufs *dmabufs)
{
	unsigned int rounds = dmabufs->context->options->rounds;
	unsigned int order[MAX_RESULTS];

	for (unsigned int round = 0; round < rounds; round++) {
		progress_step("dmabufs: round %u of %u", round + 1, rounds);
		shuffle_order(&dmabufs->random, order, dmabufs->nr_results);
		for (size_t i = 0; i < dmabufs->nr_results; i++) {
			struct dmabuf_result *result =
				&dmabufs->results[order[i]];
			int ret = 0;

			if (stop_requested())
				ret = brg_fail(-EINTR, "interrupted");
			else if (!*result->skipped)
				ret = dmabuf_result_turn(result,
							 &dmabufs->setting);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static int measure(struct dmabufs *dmabufs)
{
	int ret = 0;

	dmabufs->nr_shapes = dmabuf_shapes_make(
		dmabufs->shapes, target_bar_bytes(&dmabufs->target));
	for (size_t u = 0; u < NR_USERS; u++) {
		for (size_t k = 0; dmabuf_kinds[k].name && !ret; k++)
			ret = add_results(dmabufs, users[u], &dmabuf_kinds[k]);
	}
	if (!ret)
		ret = prove(dmabufs);
	if (!ret)
		ret = reach(dmabufs);
	if (!ret)
		ret = all_rounds(dmabufs);
	for (size_t i = 0; i < dmabufs->nr_results && !ret; i++)
		ret = dmabuf_result_write(
			&dmabufs->results[i], dmabufs->context->output,
			proof_of(dmabufs, &dmabufs->results[i]));
	return ret;
}

static int open_provider(struct dmabufs *dmabufs)
{
	const struct bench_options *options = dmabufs->context->options;
	int restored, ret = target_open(options, &dmabufs->target);

	if (ret)
		return ret;
	dmabufs->setting.source.target = &dmabufs->target;
	ret = dmabuf_source_open(&dmabufs->setting.source);
	if (!ret)
		ret = measure(dmabufs);
	dmabuf_source_close(&dmabufs->setting.source);
	restored = target_close(&dmabufs->target);
	return ret ? ret : restored;
}

static int open_importer(struct dmabufs *dmabufs)
{
	const struct bench_options *options = dmabufs->context->options;
	int restored, ret = dmabuf_user_bind(&dmabufs->setting, options);

	if (ret)
		return ret;
	ret = open_provider(dmabufs);
	restored = dmabuf_user_restore(&dmabufs->setting);
	return ret ? ret : restored;
}

static enum bench_status dmabufs_run(struct bench_context *context,
				     const struct bench *bench)
{
	struct dmabufs *dmabufs = calloc(1, sizeof(*dmabufs));
	int ret;

	if (!dmabufs)
		return bench_reason(context, BENCH_ERROR, "out of memory");
	dmabufs->context = context;
	dmabufs->random.state = context->options->seed;
	ret = open_importer(dmabufs);
	for (size_t i = 0; i < dmabufs->nr_results; i++)
		dmabuf_result_close(&dmabufs->results[i]);
	free(dmabufs);
	return bench_end(context, ret);
}

BENCH(dmabufs) = {
	.name = "dmabufs",
	.summary = "export, attach, map, unmap, revoke of dma-bufs",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL | BENCH_SET_ICOUNT,
	.run = dmabufs_run,
};
