// SPDX-License-Identifier: GPL-2.0-only
/* DMA that was begun in time ends in time: who takes the memory back waits. */
#include "importer.h"

#include "ioas.h"

#include <barrage/clock.h>
#include <barrage/dmabuf.h>

#include <errno.h>

#define DELAY_MS 600
/* much longer than anything else in a test takes */
#define LONG_MS 10000

static int take_back(const struct guest *guest)
{
	return brg_dmabuf_revoke(&guest->vfio, importer_get()->dmabuf);
}

static int write_in_thread(void *arg)
{
	return importer_dma(arg, true, 0, IMPORTER_BYTES);
}

static void expect_dma_ends_first(const struct guest *guest,
				  const struct brg_importer *it, uint64_t ms)
{
	uint8_t sent[IMPORTER_BYTES];
	uint64_t begin, end;

	ioas_fill(sent, sizeof(sent), brg_clock_now_ns());
	assert_good(brg_importer_store(it, 0, sent, sizeof(sent)));
	importer_start(write_in_thread, (void *)it);
	importer_await_dma(it, 1);
	/* before the DMA, hence before its fence and all that this is slow by */
	begin = importer_get()->call->begin_ns;
	assert_good(take_back(guest));
	end = brg_clock_now_ns();
	ioas_expect_bar(guest, IMPORTER_OFFSET, sent, sizeof(sent));
	assert_good(importer_join());
	importer_await_revoked(it);
	assert_in_range((end - begin) / IMPORTER_MS, ms,
			ms + IMPORTER_SLACK_MS);
}

static void importer_revoke_waits_for_dma(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);

	expect_dma_ends_first(*state, it, 0);
}

static void importer_revoke_waits_for_a_slow_fence(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_DYNAMIC);

	assert_good(brg_importer_delay(it, BRG_IMPORTER_SLOW_FENCE, DELAY_MS));
	expect_dma_ends_first(*state, it, DELAY_MS);
}

static int read_in_thread(void *arg)
{
	return importer_dma(arg, false, 0, IMPORTER_BYTES);
}

/* Readers do not wait for each other; a quick one must not hide a slow one. */
static void importer_revoke_waits_for_the_slower_fence_of_two(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *slow =
		importer_use(guest, BRG_IMPORTER_REVOCABLE);
	const struct brg_importer *quick =
		importer_attach(1, BRG_IMPORTER_REVOCABLE);

	assert_good(brg_importer_delay(slow, BRG_IMPORTER_SLOW_FENCE, LONG_MS));
	importer_start(read_in_thread, (void *)slow);
	importer_await_dma(slow, 1);
	assert_good(importer_dma(quick, false, 0, IMPORTER_BYTES));
	assert_false(importer_is_done());
	assert_good(take_back(guest));
	assert_true(importer_await_revoked(slow).unmapped_ns >
		    importer_get()->call->begin_ns + LONG_MS * IMPORTER_MS);
	assert_good(importer_join());
}

static const struct CMUnitTest tests[] = {
	IMPORTER_TEST(importer_revoke_waits_for_dma),
	IMPORTER_TEST(importer_revoke_waits_for_a_slow_fence),
	IMPORTER_TEST(importer_revoke_waits_for_the_slower_fence_of_two),
};

const struct guest_suite guest_importer_fences = GUEST_SUITE(tests);
