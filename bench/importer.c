// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bandwidth of a device that imports dma-bufs, one transfer at a time, from the
 * start of its engine to its interrupt. Each transfer is verified at its far end.
 *
 * The device of the emulated machine is QEMU's edu, whose transfers take 100 ms
 * by a timer, whatever their size: the figures are of that timer, and are marked
 * so. They show that a BAR costs such a device no more than host memory.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#include "bench.h"
#include "dmabuf-users.h"
#include "progress.h"
#include "samples.h"
#include "shuffle.h"
#include "stop.h"

#define BYTES BRG_IMPORTER_BUFFER_BYTES
#define CALLS 4 /* in a turn */
#define MAX_KINDS 4
#define NR_SIZES 3
#define MAX_CELLS (MAX_KINDS * NR_SIZES * 2)

#define OF_A_TIMER "edu's timer sets it: 100 ms for each transfer of any size"

static const uint32_t sizes[NR_SIZES] = { 64, 512, BYTES };

/* one combination; to the dma-buf is a write, as for a disk's memory a read */
struct cell {
	unsigned int kind;
	uint32_t bytes;
	bool write;
	struct samples samples;
};

struct bandwidth {
	struct bench_context *context;
	struct target target;
	struct dmabuf_setting setting;
	struct shuffle random;
	struct brg_proof proofs[MAX_KINDS];
	char skipped[MAX_KINDS][256];
	unsigned int nr_kinds;
	struct cell cells[MAX_CELLS];
	unsigned int nr_cells;
};

static void fill(struct bandwidth *b, uint64_t *words)
{
	for (size_t i = 0; i < BYTES / sizeof(*words); i++)
		words[i] = shuffle_next(&b->random);
}

/* data to the source, the transfer, data from the target, and it is the same */
static int transfer(struct bandwidth *b, const struct dmabuf_kind *kind,
		    const struct brg_importer *importer,
		    struct brg_importer_dma *dma)
{
	uint64_t sent[BYTES / 8], found[BYTES / 8] = {};
	const struct dmabuf_source *source = &b->setting.source;
	const uint32_t bytes = dma->length_bytes;
	int ret;

	fill(b, sent);
	ret = dma->to_dmabuf ?
		      brg_importer_store(importer, 0, sent, bytes) :
		      dmabuf_kind_copy(kind, source, sent, bytes, true);
	if (!ret)
		ret = brg_importer_dma(importer, dma);
	if (!ret)
		ret = dma->to_dmabuf ?
			      dmabuf_kind_copy(kind, source, found, bytes,
					       false) :
			      brg_importer_load(importer, 0, found, bytes);
	if (!ret && memcmp(sent, found, bytes))
		ret = brg_fail(-EUCLEAN, "%s: wrong data %s a %s",
			       importer->bdf, dma->to_dmabuf ? "to" : "from",
			       kind->name);
	return ret;
}

static int take_turn(struct bandwidth *b, struct cell *cell)
{
	const struct dmabuf_kind *kind = &dmabuf_kinds[cell->kind];
	const struct brg_dmabuf_range range = { 0, kind->align };
	struct brg_importer_dma dma = {
		.to_dmabuf = cell->write,
		.length_bytes = cell->bytes,
	};
	struct brg_importer importer;
	int fd, ret = kind->make(&b->setting.source, &range, 1, &fd);

	if (ret)
		return ret;
	ret = brg_importer_open(b->setting.importer, &importer);
	if (!ret)
		ret = brg_importer_attach(&importer, fd, BRG_IMPORTER_REVOCABLE,
					  NULL);
	if (!ret)
		ret = brg_importer_map(&importer, BRG_IMPORTER_RW, NULL);
	for (unsigned int i = 0; i < CALLS && !ret; i++) {
		ret = transfer(b, kind, &importer, &dma);
		if (!ret)
			ret = samples_add(&cell->samples,
					  cell->bytes * 1e9 / (double)dma.ns);
	}
	brg_importer_close(&importer);
	close(fd);
	return ret;
}

static int prove(struct bandwidth *b)
{
	for (unsigned int k = 0; dmabuf_kinds[k].name; k++) {
		int ret;

		if (!dmabuf_kinds[k].make)
			continue;
		ret = dmabuf_kinds[k].prove(&b->setting.source, &b->proofs[k]);
		if (!ret)
			ret = dmabuf_user_importer.prove(&b->setting,
							 &dmabuf_kinds[k]);
		if (ret && bench_status_of(ret) != BENCH_SKIP)
			return ret;
		if (ret)
			strncpy(b->skipped[k], brg_last_error(),
				sizeof(b->skipped[k]) - 1);
		for (unsigned int s = 0; s < 2 * NR_SIZES; s++)
			b->cells[b->nr_cells++] = (struct cell){
				.kind = k,
				.bytes = sizes[s / 2],
				.write = s % 2,
			};
	}
	return 0;
}

static int all_rounds(struct bandwidth *b)
{
	const unsigned int rounds = b->context->options->rounds;
	unsigned int order[MAX_CELLS];
	int ret = 0;

	for (unsigned int round = 0; round < rounds && !ret; round++) {
		progress_step("importer: round %u of %u", round + 1, rounds);
		shuffle_order(&b->random, order, b->nr_cells);
		for (unsigned int i = 0; i < b->nr_cells && !ret; i++) {
			struct cell *cell = &b->cells[order[i]];

			if (stop_requested())
				ret = brg_fail(-EINTR, "interrupted");
			else if (!*b->skipped[cell->kind])
				ret = bench_has_worked(take_turn(b, cell));
		}
	}
	return ret;
}

static int write_cell(const struct bandwidth *b, const struct cell *cell)
{
	const char *skipped = b->skipped[cell->kind];
	const struct brg_param params[] = {
		{ .name = "rw", .text = cell->write ? "write" : "read" },
		{ .name = "bytes", .number = cell->bytes },
		{ .name = "engine", .text = "edu" },
		{},
	};
	const struct brg_record record = {
		.name = "importer",
		.metric = "bandwidth",
		.unit = "B/s",
		.better = "higher",
		.samples = cell->samples.values,
		.nr_samples = cell->samples.nr,
		.params = params,
		.mem = brg_mem_find(dmabuf_kinds[cell->kind].name),
		.proof = *skipped ? NULL : &b->proofs[cell->kind],
		.status = *skipped ? BRG_STATUS_SKIP : BRG_STATUS_PASS,
		.reason = *skipped ? skipped : NULL,
		.copied_by = *skipped ? NULL : "device",
		.untrusted_reason = *skipped ? NULL : OF_A_TIMER,
	};

	return output_write(b->context->output, &record, false);
}

static int measure(struct bandwidth *b)
{
	int ret = dmabuf_source_open(&b->setting.source);

	if (!ret)
		ret = prove(b);
	if (!ret)
		ret = all_rounds(b);
	for (unsigned int i = 0; i < b->nr_cells && !ret; i++)
		ret = write_cell(b, &b->cells[i]);
	dmabuf_source_close(&b->setting.source);
	return ret;
}

static int open_devices(struct bandwidth *b)
{
	const struct bench_options *options = b->context->options;
	int restored, ret;

	if (!*options->importer)
		return brg_fail(-EOPNOTSUPP, "no device to import for: give an "
					     "\"edu\" with --importer BDF");
	ret = dmabuf_user_bind(&b->setting, options);
	if (ret)
		return ret;
	b->setting.source.target = &b->target;
	ret = target_open(options, &b->target);
	if (!ret) {
		ret = measure(b);
		restored = target_close(&b->target);
		ret = ret ? ret : restored;
	}
	restored = dmabuf_user_restore(&b->setting);
	return ret ? ret : restored;
}

static enum bench_status importer_run(struct bench_context *context,
				      const struct bench *bench)
{
	struct bandwidth b = {
		.context = context,
		.random.state = context->options->seed,
	};
	int ret = open_devices(&b);

	for (unsigned int i = 0; i < b.nr_cells; i++)
		samples_free(&b.cells[i].samples);
	return bench_end(context, ret);
}

/* Instructions do not tell how long a device takes: wall clock only. */
BENCH(importer) = {
	.name = "importer",
	.summary = "bandwidth of a device that imports dma-bufs",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL,
	.run = importer_run,
};
