// SPDX-License-Identifier: GPL-2.0-only
#include "reset-round.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <barrage/clock.h>
#include <barrage/log.h>
#include <barrage/mmio.h>
#include <barrage/p2p.h>
#include <barrage/quirk.h>

#define MAP_BYTES BRG_P2P_ALIGN

static uint64_t disk_offset(unsigned int i)
{
	return RESET_ROUND_DISK_OFFSET + (uint64_t)i * HELD_IO_STRIDE;
}

static int fill(struct reset_round *round, char *at, unsigned int i)
{
	return brg_block_fill(at, HELD_IO_BYTES, disk_offset(i), &round->stamp);
}

/* old blocks in the memory, new ones on the disk */
static int prepare_data(struct reset_round *round, char *memory)
{
	int ret = 0;

	for (unsigned int i = 0; i < round->nr && !ret; i++) {
		ret = fill(round, round->host, i);
		brg_mmio_store(memory + i * HELD_IO_BYTES, round->host,
			       HELD_IO_BYTES);
	}
	round->stamp.generation++;
	for (unsigned int i = 0; i < HELD_IO_MAX && !ret; i++)
		ret = fill(round, round->host + i * HELD_IO_STRIDE, i);
	return ret ? ret :
		     disk_io_write(round->disk, round->host,
				   HELD_IO_MAX * HELD_IO_STRIDE,
				   RESET_ROUND_DISK_OFFSET);
}

/* which blocks of the BAR are the new ones, read through the file? */
static int look(struct reset_round *round, uint64_t first, bool *arrived,
		struct brg_block_report *report)
{
	const struct brg_vfio *vfio = &round->target->vfio;
	struct brg_block_report found;

	/* the last ones first: they were submitted last */
	for (unsigned int i = round->nr; i-- > 0;) {
		int ret = brg_vfio_read(vfio, round->target->bar,
					first + i * HELD_IO_BYTES, round->host,
					HELD_IO_BYTES);

		if (ret)
			return ret;
		arrived[i] = !brg_block_check(round->host, HELD_IO_BYTES,
					      disk_offset(i), &round->stamp,
					      &found);
		if (!arrived[i])
			*report = found;
	}
	return 0;
}

/* the call itself, with what was still going on when it came back */
static int reset(struct reset_round *round, uint64_t *start_ns,
		 uint64_t *end_ns)
{
	unsigned int done = held_io_done(round->held);
	int ret;

	if (done)
		return brg_fail(
			-EAGAIN,
			"%u of %u I/Os had ended before the reset: the disk did not hold them",
			done, round->nr);
	*start_ns = brg_clock_now_ns();
	ret = brg_vfio_reset(&round->target->vfio);
	*end_ns = brg_clock_now_ns();
	round->late_ios = round->nr - held_io_done(round->held);
	if (!ret)
		return 0;
	return brg_fail(ret, "%s: reset with %u I/Os in flight: %s",
			round->target->pci.bdf, round->nr, strerror(-ret));
}

static int reset_and_look(struct reset_round *round, uint64_t first)
{
	bool at_once[HELD_IO_MAX], in_the_end[HELD_IO_MAX];
	struct brg_block_report early, report = {};
	uint64_t start_ns = 0, end_ns = 0, last_ns;
	unsigned int nr_bad = 0;
	int finished, ret = reset(round, &start_ns, &end_ns);

	last_ns = start_ns;
	/* a function level reset makes some memory unreadable */
	if (!ret)
		ret = brg_quirk_prepare(&round->target->vfio,
					&round->target->pci,
					round->target->bar);
	if (!ret)
		ret = look(round, first, at_once, &early);
	finished = held_io_finish(round->held, &last_ns);
	if (!ret)
		ret = finished;
	if (!ret)
		ret = look(round, first, in_the_end, &report);
	if (ret)
		return ret;
	round->took_ns = (double)(end_ns - start_ns);
	round->wait_ns = (double)(last_ns - start_ns);
	round->late_ns = last_ns > end_ns ? (double)(last_ns - end_ns) : 0;
	if (round->wait_ns > round->took_ns)
		round->wait_ns = round->took_ns;
	for (unsigned int i = 0; i < round->nr; i++) {
		nr_bad += !in_the_end[i];
		round->late_blocks += in_the_end[i] && !at_once[i];
	}
	if (!nr_bad)
		return 0;
	return brg_fail(
		-EILSEQ,
		"WRONG DATA: %u of %u I/Os succeeded, and the BAR does not hold what they read (%u ended after the reset had returned); the first: %s",
		nr_bad, round->nr, round->late_ios, report.text);
}

static int run_mapped(struct reset_round *round, char *memory)
{
	uint64_t first;
	int ret = backing_prove(round->backing, round->target, memory,
				MAP_BYTES, &round->proof, &first);

	if (!ret)
		ret = prepare_data(round, memory);
	if (!ret)
		ret = held_io_start(round->held, memory,
				    RESET_ROUND_DISK_OFFSET, round->nr,
				    round->hold_ns);
	return ret ? ret : reset_and_look(round, first);
}

static int run_made(struct reset_round *round)
{
	uint64_t ignored;
	void *memory;
	int finished,
		ret = round->backing->map(round->target, MAP_BYTES, &memory);

	if (ret)
		return ret;
	ret = run_mapped(round, memory);
	/* whatever went wrong: nothing may be in flight past here */
	finished = held_io_finish(round->held, &ignored);
	munmap(memory, MAP_BYTES);
	return ret ? ret : finished;
}

int reset_round_run(struct reset_round *round)
{
	int undone, fd, ret;

	round->took_ns = round->wait_ns = round->late_ns = 0;
	round->late_ios = round->late_blocks = 0;
	if (!round->backing) {
		round->nr = 0;
		return reset_and_look(round, 0);
	}
	ret = round->backing->make(round->target,
				   target_bar_bytes(round->target), &fd);
	if (ret)
		return ret;
	ret = run_made(round);
	undone = round->backing->unmake(round->target, fd);
	/* for the next one */
	if (!ret && !undone)
		ret = brg_quirk_prepare(&round->target->vfio,
					&round->target->pci,
					round->target->bar);
	return ret ? ret : undone;
}

int reset_round_control(struct reset_round *round)
{
	uint64_t start_ns, end_ns, last_ns;
	int finished, ret;
	void *memory = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED)
		return brg_fail(-ENOMEM, "out of memory");
	ret = held_io_start(round->held, memory, RESET_ROUND_DISK_OFFSET,
			    round->nr, round->hold_ns);
	if (!ret)
		ret = reset(round, &start_ns, &end_ns);
	finished = held_io_finish(round->held, &last_ns);
	munmap(memory, MAP_BYTES);
	if (!ret && !finished)
		ret = brg_quirk_prepare(&round->target->vfio,
					&round->target->pci,
					round->target->bar);
	return ret ? ret : finished;
}
