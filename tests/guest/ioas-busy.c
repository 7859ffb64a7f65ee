// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA that is under way when the memory is taken away. The engine of edu moves
 * all bytes at the end of its 100 ms: what was begun before a revocation and
 * ends after it has to be stopped.
 */
#include "ioas.h"

#include <barrage/clock.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#define MS 1000000ull
#define RACES 400
#define RACE_NS (120000 * MS)
#define DELAYS 14
#define DELAY_NS (12 * MS)

/* A thread that takes the memory away and gives it back, again and again */
struct race {
	const struct guest *guest;
	atomic_bool over;
	unsigned int nr_toggles;
	int err;
};

/* Start a transfer to the BAR, and take the BAR away before its end */
static void run_across(const struct guest *guest,
		       int (*revoke)(const struct guest *guest),
		       int (*bring_back)(const struct guest *guest))
{
	uint8_t before[IOAS_STOPPED_BYTES], sent[IOAS_STOPPED_BYTES];
	const uint64_t end = brg_clock_now_ns() + RACE_NS;
	struct ioas *ioas = ioas_get();
	bool running, arrived;

	ioas_fill(before, IOAS_STOPPED_BYTES, 1);
	ioas_fill(sent, IOAS_STOPPED_BYTES, 2);
	memcpy(ioas->host, sent, IOAS_STOPPED_BYTES);
	assert_good(brg_edu_dma(&ioas->edu, BRG_EDU_READ, IOAS_HOST, 0,
				IOAS_STOPPED_BYTES));
	do {
		ioas_map(guest);
		ioas_bar_write(guest, IOAS_OFFSET, before, IOAS_STOPPED_BYTES);
		guest_provoke_fault();
		assert_good(brg_edu_start(&ioas->edu, BRG_EDU_WRITE, IOAS_BAR,
					  0, IOAS_STOPPED_BYTES));
		assert_good(revoke(guest));
		running = brg_edu_is_running(&ioas->edu);
		assert_good(brg_edu_wait(&ioas->edu));
		assert_good(bring_back(guest));
		ioas_unmap();
		arrived = ioas_has_arrived(guest, IOAS_OFFSET, sent,
					   IOAS_STOPPED_BYTES);
		/* what was still to come when the BAR was gone must not */
		assert_false(running && arrived);
		/* on a busy machine the transfer was faster: once more */
	} while (arrived && brg_clock_left_ms(end));
	assert_false(arrived);
	guest_expect_fault(ioas->edu.vfio.bdf, true, IOAS_BAR);
	ioas_expect_bar(guest, IOAS_OFFSET, before, IOAS_STOPPED_BYTES);
	assert_good(ioas_map_errno(ioas->dmabuf));
	ioas_expect_works(guest, 3);
}

static int reset(const struct guest *guest)
{
	return brg_vfio_reset(&guest->vfio);
}

static int memory_off(const struct guest *guest)
{
	return brg_vfio_set_memory(&guest->vfio, false);
}

static int memory_on(const struct guest *guest)
{
	return brg_vfio_set_memory(&guest->vfio, true);
}

static void ioas_dma_that_ends_after_a_reset_is_stopped(void **state)
{
	run_across(*state, reset, memory_on);
}

static void ioas_dma_that_ends_after_memory_is_off_is_stopped(void **state)
{
	run_across(*state, memory_off, memory_on);
}

/*
 * From no delay to more than a transfer takes: each arrives without a fault, or
 * does not, with one.
 */
static void ioas_each_dma_arrives_or_is_stopped(void **state)
{
	uint8_t before[IOAS_STOPPED_BYTES], sent[IOAS_STOPPED_BYTES];
	const struct guest *guest = *state;
	struct ioas *ioas = ioas_get();
	int i, nr_arrived = 0, nr_stopped = 0;

	ioas_export(guest);
	for (i = 0; i < DELAYS; i++) {
		ioas_fill(before, IOAS_STOPPED_BYTES, 2 * i);
		ioas_fill(sent, IOAS_STOPPED_BYTES, 2 * i + 1);
		memcpy(ioas->host, sent, IOAS_STOPPED_BYTES);
		ioas_bar_write(guest, IOAS_OFFSET, before, IOAS_STOPPED_BYTES);
		assert_good(ioas_map_errno(ioas->dmabuf));
		assert_good(brg_edu_dma(&ioas->edu, BRG_EDU_READ, IOAS_HOST, 0,
					IOAS_STOPPED_BYTES));
		guest_provoke_fault();
		assert_good(brg_edu_start(&ioas->edu, BRG_EDU_WRITE, IOAS_BAR,
					  0, IOAS_STOPPED_BYTES));
		brg_clock_sleep_ns(i * DELAY_NS);
		assert_good(memory_off(guest));
		assert_good(brg_edu_wait(&ioas->edu));
		assert_good(memory_on(guest));
		ioas_unmap();
		if (ioas_has_arrived(guest, IOAS_OFFSET, sent,
				     IOAS_STOPPED_BYTES)) {
			ioas_expect_bar(guest, IOAS_OFFSET, sent,
					IOAS_STOPPED_BYTES);
			nr_arrived++;
		} else {
			guest_expect_fault(ioas->edu.vfio.bdf, true, IOAS_BAR);
			ioas_expect_bar(guest, IOAS_OFFSET, before,
					IOAS_STOPPED_BYTES);
			nr_stopped++;
		}
	}
	assert_true(nr_arrived && nr_stopped);
}

static void *toggle(void *arg)
{
	struct race *race = arg;

	while (!atomic_load(&race->over) && !race->err) {
		race->err = memory_off(race->guest);
		if (!race->err)
			race->err = memory_on(race->guest);
		race->nr_toggles++;
	}
	return NULL;
}

/*
 * Mapping, copying and unmapping against revocation: what comes too late is
 * ENODEV, and nothing is left of it.
 */
static void ioas_mapping_races_with_revocation(void **state)
{
	struct race race = { .guest = *state };
	struct ioas *ioas = ioas_get();
	const struct brg_vfio *vfio = &ioas->edu.vfio;
	uint64_t end = brg_clock_now_ns() + RACE_NS;
	int ret = 0, nr_mapped = 0, nr_refused = 0;
	uint64_t copied, bytes;
	uint32_t other;
	pthread_t thread;

	ioas_export(race.guest);
	assert_good(brg_iommufd_ioas_alloc(&vfio->iommufd, &other));
	assert_int_equal(pthread_create(&thread, NULL, toggle, &race), 0);
	while (brg_clock_left_ms(end) &&
	       (nr_mapped + nr_refused < RACES || !nr_mapped || !nr_refused)) {
		ret = ioas_map_errno(ioas->dmabuf);
		if (ret == -ENODEV)
			nr_refused++;
		else if (ret)
			break;
		if (ret)
			continue;
		nr_mapped++;
		ret = brg_iommufd_ioas_copy(&vfio->iommufd, vfio->ioas_id,
					    IOAS_BAR, IOAS_LEN, other, &copied);
		if (!ret)
			ret = brg_iommufd_ioas_unmap(&vfio->iommufd,
						     vfio->ioas_id, IOAS_BAR,
						     IOAS_LEN);
		if (ret)
			break;
		if (nr_mapped % 8 == 0)
			ret = brg_iommufd_ioas_unmap_all(&vfio->iommufd, other,
							 &bytes);
		if (ret)
			break;
	}
	atomic_store(&race.over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_good(race.err);
	if (ret != -ENODEV)
		assert_good(ret);
	/* both were seen within the time that there was */
	assert_true(nr_mapped && nr_refused);
	assert_good(brg_iommufd_ioas_unmap_all(&vfio->iommufd, other, &bytes));
	assert_good(brg_iommufd_destroy(&vfio->iommufd, other));
	assert_good(ioas_map_errno(ioas->dmabuf));
	ioas_expect_works(race.guest, 4);
}

static const struct CMUnitTest tests[] = {
	IOAS_TEST(ioas_dma_that_ends_after_a_reset_is_stopped),
	IOAS_TEST(ioas_dma_that_ends_after_memory_is_off_is_stopped),
	IOAS_TEST(ioas_each_dma_arrives_or_is_stopped),
	IOAS_TEST(ioas_mapping_races_with_revocation),
};

const struct guest_suite guest_ioas_busy = GUEST_SUITE(tests);
