// SPDX-License-Identifier: GPL-2.0-only
#include "dmabuf-result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#define SETTLE_NS 50000000ull

static const char *const metrics[DMABUF_NR_METRICS] = {
	[DMABUF_EXPORT] = "export", [DMABUF_CLOSE] = "close",
	[DMABUF_ATTACH] = "attach", [DMABUF_MAP] = "map",
	[DMABUF_UNMAP] = "unmap",   [DMABUF_DETACH] = "detach",
	[DMABUF_REVOKE] = "revoke", [DMABUF_LOST] = "lost",
};

int dmabuf_result_open(struct dmabuf_result *result,
		       const struct dmabuf_user *user,
		       const struct dmabuf_kind *kind,
		       const struct dmabuf_shape *shape, unsigned int rounds)
{
	size_t nr = (size_t)rounds * kind->nr_samples;

	result->user = user;
	result->cell = (struct dmabuf_cell){
		.kind = kind,
		.ranges = shape->ranges,
		.nr = shape->nr,
		.bytes = shape->bytes,
	};
	for (size_t m = 0; m < DMABUF_NR_METRICS; m++) {
		result->values[m] = calloc(nr, sizeof(double));
		if (!result->values[m])
			return brg_fail(-ENOMEM, "out of memory");
	}
	return 0;
}

void dmabuf_result_close(struct dmabuf_result *result)
{
	for (size_t m = 0; m < DMABUF_NR_METRICS; m++)
		free(result->values[m]);
}

int dmabuf_result_or_skip(struct dmabuf_result *result, int ret)
{
	if (!ret || bench_status_of(ret) != BENCH_SKIP)
		return ret;
	strncpy(result->skipped, brg_last_error(), sizeof(result->skipped) - 1);
	return 0;
}

static bool is_metric(const struct dmabuf_result *result, unsigned int metric)
{
	if (!(result->user->metrics & 1u << metric))
		return false;
	if (metric == DMABUF_REVOKE || metric == DMABUF_LOST)
		return result->cell.kind->revocable;
	return true;
}

int dmabuf_result_turn(struct dmabuf_result *result,
		       const struct dmabuf_setting *setting)
{
	double values[DMABUF_NR_METRICS] = {};

	/* what was printed last is still on its way out of the machine */
	if (brg_clock_kind() == BRG_CLOCK_ICOUNT)
		brg_clock_sleep_ns(SETTLE_NS);
	for (unsigned int i = 0; i <= result->cell.kind->nr_samples; i++) {
		int ret = result->user->sample(setting, &result->cell, values);

		if (ret)
			return bench_has_worked(ret);
		if (!i)
			continue;
		for (size_t m = 0; m < DMABUF_NR_METRICS; m++)
			result->values[m][result->nr] = values[m];
		result->nr++;
	}
	return 0;
}

static int write_one(const struct dmabuf_result *result, struct output *output,
		     const struct brg_proof *proof, unsigned int metric)
{
	const char *skipped = *result->skipped ? result->skipped : NULL;
	const struct brg_param params[] = {
		{ .name = "bytes", .number = (double)result->cell.bytes },
		{ .name = "ranges", .number = (double)result->cell.nr },
		{ .name = "importer", .text = result->user->name },
		{},
	};
	const struct brg_record record = {
		.name = "dmabufs",
		.metric = metrics[metric],
		.unit = "ns",
		.better = "lower",
		.samples = result->values[metric],
		.nr_samples = skipped ? 0 : result->nr,
		.params = params,
		.mem = brg_mem_find(result->cell.kind->name),
		.proof = skipped ? NULL : proof,
		.status = skipped ? BRG_STATUS_SKIP : BRG_STATUS_PASS,
		.reason = skipped,
	};

	return output_write(output, &record, false);
}

int dmabuf_result_write(const struct dmabuf_result *result,
			struct output *output, const struct brg_proof *proof)
{
	int ret = 0;

	for (unsigned int m = 0; m < DMABUF_NR_METRICS && !ret; m++) {
		if (is_metric(result, m))
			ret = write_one(result, output, proof, m);
	}
	return ret;
}
