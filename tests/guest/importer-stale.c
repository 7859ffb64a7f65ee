// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA after a revocation: what a device with a driver that does not play by the
 * rules can do. The IOMMU is the judge; each fault that it tells is expected by
 * the test that provoked it, at that address, from that device.
 */
#include "importer.h"

#include "ioas.h"

#include <barrage/clock.h>
#include <barrage/dmabuf.h>

#include <errno.h>

#define PATIENCE_MS 30000
#define TRIES_NS (120000 * IMPORTER_MS)

static int stale(const struct brg_importer *it, uint64_t offset, uint64_t *iova)
{
	struct brg_importer_dma dma = {
		.to_dmabuf = true,
		.stale = true,
		.offset = offset,
		.length_bytes = IMPORTER_STALE_BYTES,
	};
	int ret = brg_importer_dma(it, &dma);

	*iova = dma.first;
	return ret;
}

/* Without this the tests below could not fail. */
static void importer_misbehaving_would_reach_the_bar(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);
	struct brg_importer_range range;
	uint8_t sent[IMPORTER_STALE_BYTES];
	uint64_t iova;

	ioas_fill(sent, sizeof(sent), 1);
	assert_good(brg_importer_store(it, 0, sent, sizeof(sent)));
	assert_good(stale(it, PAGE, &iova));
	ioas_expect_bar(*state, IMPORTER_OFFSET + PAGE, sent, sizeof(sent));
	assert_int_equal(brg_importer_ranges(it, &range, 1), 1);
	assert_true(iova == range.address + PAGE);
	assert_int_equal(importer_status(it).nr_stale_dmas, 1);
}

static void expect_page_stopped(const struct guest *guest,
				const struct brg_importer *it, uint64_t offset)
{
	uint8_t bar[IMPORTER_STALE_BYTES], sent[IMPORTER_STALE_BYTES];
	uint64_t iova;

	ioas_fill(bar, sizeof(bar), offset);
	ioas_fill(sent, sizeof(sent), offset + 1);
	ioas_bar_write(guest, IMPORTER_OFFSET + offset, bar, sizeof(bar));
	assert_good(brg_importer_store(it, 0, sent, sizeof(sent)));
	guest_provoke_fault();
	assert_good(stale(it, offset, &iova));
	guest_expect_fault(it->bdf, true, iova);
	ioas_expect_bar(guest, IMPORTER_OFFSET + offset, bar, sizeof(bar));
}

static void importer_no_page_is_left_mapped(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *it =
		importer_use(guest, BRG_IMPORTER_REVOCABLE);

	assert_good(brg_dmabuf_revoke(&guest->vfio, importer_get()->dmabuf));
	expect_page_stopped(guest, it, 0);
	expect_page_stopped(guest, it, IMPORTER_LEN / 2);
	expect_page_stopped(guest, it, IMPORTER_LEN - PAGE);
}

static void importer_unmapping_by_itself_is_as_final(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);

	assert_good(brg_importer_unmap(it, NULL));
	importer_expect_stopped(*state, it);
}

/* Addresses are of a device: another's mapping of the same is none of it */
static void importer_the_other_device_goes_on(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *one =
		importer_use(guest, BRG_IMPORTER_REVOCABLE);
	const struct brg_importer *other =
		importer_attach(2, BRG_IMPORTER_REVOCABLE);

	assert_good(brg_importer_unmap(one, NULL));
	importer_expect_stopped(guest, one);
	importer_expect_works(guest, other, 0, 2);
}

static int take_back(void *arg)
{
	const struct guest *guest = arg;

	return brg_dmabuf_revoke(&guest->vfio, importer_get()->dmabuf);
}

/*
 * An importer is trusted between the notification and its unmapping: the
 * exporter waits for that instead.
 */
static void importer_while_the_exporter_waits_it_is_mapped(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *it =
		importer_use(guest, BRG_IMPORTER_REVOCABLE);
	uint8_t sent[IMPORTER_STALE_BYTES];
	uint64_t iova;

	assert_good(brg_importer_delay(it, BRG_IMPORTER_SLOW_UNMAP,
				       IMPORTER_LONG_MS));
	ioas_fill(sent, sizeof(sent), 3);
	assert_good(brg_importer_store(it, 0, sent, sizeof(sent)));
	importer_start(take_back, *state);
	assert_good(brg_importer_await(it, 1, PATIENCE_MS));
	assert_good(stale(it, 0, &iova));
	assert_false(importer_is_done());
	assert_good(brg_importer_unmap(it, NULL));
	assert_good(importer_join());
	ioas_expect_bar(guest, IMPORTER_OFFSET, sent, sizeof(sent));
	expect_page_stopped(guest, it, 0);
}

static int misbehave(void *arg)
{
	uint64_t iova;

	return stale(arg, 0, &iova);
}

/* Begin DMA of which no fence tells, revoke while it runs, wait for both. */
static void revoke_below_dma(const struct guest *guest,
			     const struct brg_importer *it)
{
	const uint64_t nr = importer_status(it).nr_dmas;

	importer_start(misbehave, (void *)it);
	importer_await_dma(it, nr + 1);
	assert_good(take_back((void *)guest));
	assert_good(importer_join());
}

/* Was the mapping gone long before the engine's 100 ms were over? */
static bool was_early(const struct brg_importer *it)
{
	return importer_await_revoked(it).unmapped_ns <
	       importer_get()->call->begin_ns + 50 * IMPORTER_MS;
}

/* Nobody waits for it, and it comes too late. */
static void importer_dma_without_a_fence_comes_too_late(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *it = &importer_get()->it[0];
	const uint64_t end = brg_clock_now_ns() + TRIES_NS;
	uint8_t bar[IMPORTER_STALE_BYTES], sent[IMPORTER_STALE_BYTES];
	struct brg_importer_range range;
	bool arrived;

	ioas_fill(bar, sizeof(bar), 4);
	ioas_fill(sent, sizeof(sent), 5);
	assert_good(brg_importer_store(it, 0, sent, sizeof(sent)));
	do {
		ioas_bar_write(guest, IMPORTER_OFFSET, bar, sizeof(bar));
		importer_use(guest, BRG_IMPORTER_REVOCABLE);
		assert_int_equal(brg_importer_ranges(it, &range, 1), 1);
		guest_provoke_fault();
		revoke_below_dma(guest, it);
		arrived = ioas_has_arrived(guest, IMPORTER_OFFSET, sent,
					   sizeof(sent));
		assert_false(arrived && was_early(it));
		assert_good(brg_importer_detach(it, NULL));
		/* on a busy machine the transfer was faster: once more */
	} while (arrived && brg_clock_left_ms(end));
	assert_false(arrived);
	guest_expect_fault(it->bdf, true, range.address);
	ioas_expect_bar(guest, IMPORTER_OFFSET, bar, sizeof(bar));
}

static const struct CMUnitTest tests[] = {
	IMPORTER_TEST(importer_misbehaving_would_reach_the_bar),
	IMPORTER_TEST(importer_no_page_is_left_mapped),
	IMPORTER_TEST(importer_unmapping_by_itself_is_as_final),
	IMPORTER_TEST(importer_the_other_device_goes_on),
	IMPORTER_TEST(importer_while_the_exporter_waits_it_is_mapped),
	IMPORTER_TEST(importer_dma_without_a_fence_comes_too_late),
};

const struct guest_suite guest_importer_stale = GUEST_SUITE(tests);
