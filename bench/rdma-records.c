// SPDX-License-Identifier: GPL-2.0-only
#include "rdma-transfer.h"

#include <errno.h>
#include <stdio.h>

#include <barrage/log.h>

static const char *copier(const struct transfer *t)
{
	return t->rdma->dev->info.driver->cpu_copies ? "cpu" : "device";
}

static int write_one(const struct transfer *t, const struct transfer_cell *cell,
		     const struct samples *samples, bool ratio)
{
	const struct rdma *rdma = t->rdma;
	const struct brg_param params[] = {
		{ .name = "rw",
		  .text = cell->op == BRG_VERBS_READ ? "read" : "write" },
		{ .name = "bs", .number = cell->bytes },
		{ .name = "depth", .number = t->sweep->depth },
		{},
	};
	char metric[32];
	const struct brg_record record = {
		.name = t->name,
		.metric = metric,
		.unit = ratio ? "1" : t->sweep->unit,
		.better = t->sweep->better,
		.samples = samples->values,
		.nr_samples = samples->nr,
		.params = params,
		.mem = rdma_mem(cell->kind),
		.baseline = ratio ? rdma_mem(RDMA_HOST) : NULL,
		.proof = &rdma->proofs[cell->kind],
		.proof_by_rdma = true,
		.rdma = &rdma->note,
		.copied_by = copier(t),
	};

	snprintf(metric, sizeof(metric), "%s%s", t->sweep->metric,
		 ratio ? "-ratio" : "");
	return output_write(rdma->context->output, &record, false);
}

/* to host memory's, round by round */
static int write_ratio(const struct transfer *t,
		       const struct transfer_cell *cell)
{
	const struct transfer_cell *host = cell;
	struct samples ratios = {};
	int ret = 0;

	while (host > t->cells &&
	       (host->kind != RDMA_HOST || host->op != cell->op ||
		host->bytes != cell->bytes))
		host--;
	if (host->kind != RDMA_HOST)
		return 0;
	for (size_t i = 0; i < cell->rounds.nr && !ret; i++)
		ret = samples_add(&ratios, cell->rounds.values[i] /
						   host->rounds.values[i]);
	if (!ret)
		ret = write_one(t, cell, &ratios, true);
	samples_free(&ratios);
	return ret;
}

static int write_left_out(const struct transfer *t, enum rdma_kind kind)
{
	const struct brg_record record = {
		.name = t->name,
		.metric = t->sweep->metric,
		.unit = t->sweep->unit,
		.better = t->sweep->better,
		.mem = rdma_mem(kind),
		.rdma = &t->rdma->note,
		.status = BRG_STATUS_SKIP,
		.reason = t->rdma->skipped[kind],
	};

	return output_write(t->rdma->context->output, &record, false);
}

int transfer_write(const struct transfer *t)
{
	int ret = 0;

	for (unsigned int i = 0; i < t->nr_cells && !ret; i++) {
		ret = write_one(t, &t->cells[i], &t->cells[i].samples, false);
		if (!ret && t->cells[i].kind != RDMA_HOST)
			ret = write_ratio(t, &t->cells[i]);
	}
	for (unsigned int kind = 0; kind < RDMA_NR_KINDS && !ret; kind++) {
		if (*t->rdma->skipped[kind])
			ret = write_left_out(t, kind);
	}
	return ret;
}

int transfer_write_check(const struct transfer *t, enum rdma_kind kind,
			 const char *stage,
			 const struct rdma_verified *verified, int err)
{
	const double mismatches = (double)verified->nr_bad;
	char reason[512];
	const struct brg_param params[] = {
		{ .name = "stage", .text = stage },
		{ .name = "path", .text = t->name },
		{ .name = "bs", .number = RDMA_BLOCK_BYTES },
		{ .name = "blocks", .number = (double)verified->nr_blocks },
		{},
	};
	const struct brg_record record = {
		.name = "verify",
		.metric = "mismatches",
		.unit = "1",
		.better = "lower",
		.samples = &mismatches,
		.nr_samples = 1,
		.params = params,
		.mem = rdma_mem(kind),
		.proof = &t->rdma->proofs[kind],
		.proof_by_rdma = true,
		.rdma = &t->rdma->note,
		.copied_by = copier(t),
		.status = err ? BRG_STATUS_FAIL : BRG_STATUS_PASS,
		.reason = err ? reason : NULL,
	};
	int ret;

	if (err && err != -EILSEQ)
		return 0;
	snprintf(reason, sizeof(reason), "%s", brg_last_error());
	ret = output_write(t->rdma->context->output, &record, true);
	return err ? brg_fail(err, "%s", reason) : ret;
}
