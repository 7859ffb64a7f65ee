// SPDX-License-Identifier: GPL-2.0-only
/* Verified I/O between the disk and a BAR that may just have been reset. */
#include "reset.h"

#include <barrage/mmio.h>
#include <barrage/proof.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

uint64_t reset_offset(const struct guest *guest, const void *page)
{
	uint64_t phys;

	assert_good(brg_proof_frames(page, 1, &phys));
	assert_in_range(phys, guest->bar_start,
			guest->bar_start + guest->bar_bytes - PAGE);
	return phys - guest->bar_start;
}

static void transfer(struct reset *r, bool write, void *buf)
{
	ssize_t done = write ? pwrite(r->disk, buf, RESET_IO_BYTES, 0) :
			       pread(r->disk, buf, RESET_IO_BYTES, 0);

	if (done != RESET_IO_BYTES)
		fail_msg("%s: %s", write ? "write" : "read",
			 done < 0 ? strerror(errno) : "short");
}

void reset_fill_disk(struct reset *r)
{
	assert_good(brg_block_fill(r->host, RESET_IO_BYTES, 0, &r->stamp));
	transfer(r, true, r->host);
}

static void check(struct reset *r)
{
	assert_good(
		brg_block_check(r->host, RESET_IO_BYTES, 0, &r->stamp, NULL));
}

void reset_expect_alive(struct reset *r)
{
	uint8_t *bar;

	guest_expect_state(&r->guest, VFIO_P2P_STATE_LIVE);
	assert_int_equal(brg_vfio_memory_is_on(&r->guest.vfio), 1);
	assert_true(reset_marker_is_set(&r->guest));
	bar = guest_map(&r->guest, RESET_IO_BYTES);
	/* to the BAR */
	reset_fill_disk(r);
	transfer(r, false, bar);
	brg_mmio_load(r->host, bar, RESET_IO_BYTES);
	check(r);
	/* and from it */
	r->stamp.generation++;
	assert_good(brg_block_fill(r->host, RESET_IO_BYTES, 0, &r->stamp));
	brg_mmio_store(bar, r->host, RESET_IO_BYTES);
	transfer(r, true, bar);
	memset(r->host, 0, RESET_IO_BYTES);
	transfer(r, false, r->host);
	check(r);
	munmap(bar, RESET_IO_BYTES);
	guest_await_available(&r->guest, r->guest.bar_bytes);
}
