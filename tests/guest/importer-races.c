// SPDX-License-Identifier: GPL-2.0-only
/*
 * Importers that come and go, or are told all at once, beside an exporter that
 * takes its memory back again and again. KASAN and lockdep are the judges; that
 * each call was among what they saw is counted.
 */
#include "children.h"
#include "importer.h"

#include <barrage/clock.h>
#include <barrage/dmabuf.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define NR_CHILDREN 4
#define MIN_TOGGLES 30
#define TOGGLES_NS (120000 * IMPORTER_MS)

/* Calls that came to a good end, of all children */
enum call {
	ATTACH,
	MAP,
	DMA,
	UNMAP,
	DETACH,
	DELAY,
	RANGES,
	NR_CALLS,
};

static const char *const names[] = { "attach", "map",	"dma",	 "unmap",
				     "detach", "delay", "ranges" };

static atomic_ulong *done;

static bool count(enum call call, int ret)
{
	if (ret >= 0)
		atomic_fetch_add(&done[call], 1);
	return ret >= 0;
}

/* The first that none of them has done, of @nr; NULL: there is none */
static const char *missing(size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!atomic_load(&done[i]))
			return names[i];
	return NULL;
}

static void come_and_go(const char *bdf, int fd)
{
	struct brg_importer it;

	for (;;) {
		if (brg_importer_open(bdf, &it))
			_exit(1);
		if (count(ATTACH,
			  brg_importer_attach(&it, fd, BRG_IMPORTER_DYNAMIC,
					      NULL)) &&
		    count(MAP, brg_importer_map(&it, BRG_IMPORTER_RW, NULL)))
			count(DMA, importer_dma(&it, true, 0, 64));
		brg_importer_close(&it);
	}
}

/* Any call in any order, until killed */
static void call_at_random(const struct brg_importer *it, int fd, uint64_t x)
{
	struct brg_importer_range ranges[4];

	for (;;) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		switch (x % 8) {
		case 0:
			count(DETACH, brg_importer_detach(it, NULL));
			break;
		case 1:
			count(UNMAP, brg_importer_unmap(it, NULL));
			break;
		case 2:
			count(MAP, brg_importer_map(it, BRG_IMPORTER_RW, NULL));
			break;
		case 3:
			count(DMA, importer_dma(it, true,
						x % IMPORTER_LEN & ~7ull, 8));
			break;
		case 4:
			count(DELAY,
			      brg_importer_delay(it, x >> 8 & 1, x >> 16 & 31));
			break;
		case 5:
			count(RANGES, brg_importer_ranges(it, ranges, 4));
			break;
		default:
			count(ATTACH,
			      brg_importer_attach(it, fd, x >> 8 & 1, NULL));
			break;
		}
	}
}

/* Until the children have done all of the first @nr calls, and @it was told */
static void toggle(const struct guest *guest, size_t nr,
		   const struct brg_importer *it)
{
	const uint64_t end = brg_clock_now_ns() + TOGGLES_NS;
	int i;

	for (i = 0; brg_clock_left_ms(end) &&
		    (i < MIN_TOGGLES || missing(nr) ||
		     (it && !importer_status(it).nr_invalidated));
	     i++) {
		assert_good(brg_vfio_set_memory(&guest->vfio, false));
		assert_good(brg_vfio_set_memory(&guest->vfio, true));
	}
	if (missing(nr))
		fail_msg("no importer could %s", missing(nr));
	if (it)
		assert_true(importer_status(it).nr_invalidated > 0);
}

static void importer_all_of_it_races_with_revocation(void **state)
{
	const struct guest *guest = *state;
	const struct importer *test = importer_get();
	pid_t pids[NR_CHILDREN];
	int i;

	importer_export(guest);
	for (i = 0; i < NR_CHILDREN; i++) {
		pids[i] = child_start();
		if (!pids[i])
			come_and_go(test->it[i & 2].bdf, test->dmabuf);
	}
	toggle(guest, DMA + 1, NULL);
	assert_good(brg_vfio_reset(&guest->vfio));
	assert_good(brg_dmabuf_revoke(&guest->vfio, test->dmabuf));
	for (i = 0; i < NR_CHILDREN; i++)
		child_kill(pids[i]);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	importer_use(guest, BRG_IMPORTER_DYNAMIC);
	importer_expect_works(guest, &test->it[0], 0, 8);
}

static void importer_one_file_has_many_users(void **state)
{
	const struct guest *guest = *state;
	struct importer *test = importer_get();
	const struct brg_importer *it = &test->it[0];
	pid_t pids[NR_CHILDREN];
	int i;

	importer_export(guest);
	for (i = 0; i < NR_CHILDREN; i++) {
		pids[i] = child_start();
		if (!pids[i])
			call_at_random(it, test->dmabuf, 77 + (uint64_t)i);
	}
	toggle(guest, NR_CALLS, it);
	/* the device goes below them */
	assert_good(brg_pci_restore(&test->bindings[0]));
	assert_errno(importer_dma(it, true, 0, 1), ENODEV);
	importer_expect_state(it, BRG_IMPORTER_DETACHED);
	for (i = 0; i < NR_CHILDREN; i++)
		child_kill(pids[i]);
	assert_good(brg_dmabuf_revoke(&guest->vfio, test->dmabuf));
}

static int setup(void **state)
{
	const size_t bytes = NR_CALLS * sizeof(*done);

	importer_setup(state);
	if (!done)
		done = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(done, MAP_FAILED);
	memset(done, 0, bytes);
	return 0;
}

#define RACE(test) cmocka_unit_test_setup_teardown(test, setup, guest_teardown)

static const struct CMUnitTest tests[] = {
	RACE(importer_all_of_it_races_with_revocation),
	RACE(importer_one_file_has_many_users),
};

const struct guest_suite guest_importer_races = GUEST_SUITE(tests);
