// SPDX-License-Identifier: GPL-2.0-only
/*
 * Importers that come and go, or are told all at once, beside an exporter that
 * takes its memory back again and again. KASAN and lockdep are the judges.
 */
#include "importer.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void come_and_go(const char *bdf, int fd)
{
	struct brg_importer it;

	for (;;) {
		if (brg_importer_open(bdf, &it))
			_exit(1);
		if (!brg_importer_attach(&it, fd, BRG_IMPORTER_DYNAMIC, NULL) &&
		    !brg_importer_map(&it, BRG_IMPORTER_RW, NULL))
			importer_dma(&it, true, 0, 64);
		brg_importer_close(&it);
	}
}

static void importer_all_of_it_races_with_revocation(void **state)
{
	const struct guest *guest = *state;
	const struct importer *test = importer_get();
	pid_t pids[4];
	int status, i;

	importer_export(guest);
	for (i = 0; i < 4; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (!pids[i]) {
			come_and_go(test->it[i & 2].bdf, test->dmabuf);
			_exit(0);
		}
	}
	for (i = 0; i < 30; i++) {
		assert_good(brg_vfio_set_memory(&guest->vfio, false));
		assert_good(brg_vfio_set_memory(&guest->vfio, true));
	}
	assert_good(brg_vfio_reset(&guest->vfio));
	assert_good(brg_dmabuf_revoke(&guest->vfio, test->dmabuf));
	for (i = 0; i < 4; i++) {
		assert_int_equal(waitpid(pids[i], &status, WNOHANG), 0);
		kill(pids[i], SIGKILL);
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
	}
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	importer_use(guest, BRG_IMPORTER_DYNAMIC);
	importer_expect_works(guest, &test->it[0], 0, 8);
}

/* Any call in any order, until killed; what each says is not the point */
static void call_at_random(const struct brg_importer *it, int fd, uint64_t x)
{
	struct brg_importer_range ranges[4];

	for (;;) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		switch (x % 8) {
		case 0:
			brg_importer_detach(it, NULL);
			break;
		case 1:
			brg_importer_unmap(it, NULL);
			break;
		case 2:
			brg_importer_map(it, BRG_IMPORTER_RW, NULL);
			break;
		case 3:
			importer_dma(it, true, x % IMPORTER_LEN & ~7ull, 8);
			break;
		case 4:
			brg_importer_delay(it, x >> 8 & 1, x >> 16 & 31);
			break;
		case 5:
			brg_importer_ranges(it, ranges, 4);
			break;
		default:
			brg_importer_attach(it, fd, x >> 8 & 1, NULL);
			break;
		}
	}
}

static void importer_one_file_has_many_users(void **state)
{
	const struct guest *guest = *state;
	struct importer *test = importer_get();
	const struct brg_importer *it = &test->it[0];
	pid_t pids[4];
	int status, i;

	importer_export(guest);
	for (i = 0; i < 4; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (!pids[i]) {
			call_at_random(it, test->dmabuf, 77 + (uint64_t)i);
			_exit(0);
		}
	}
	for (i = 0; i < 30; i++) {
		assert_good(brg_vfio_set_memory(&guest->vfio, false));
		assert_good(brg_vfio_set_memory(&guest->vfio, true));
	}
	assert_true(importer_status(it).nr_invalidated > 0);
	/* the device goes below them */
	assert_good(brg_pci_restore(&test->bindings[0]));
	assert_errno(importer_dma(it, true, 0, 1), ENODEV);
	importer_expect_state(it, BRG_IMPORTER_DETACHED);
	for (i = 0; i < 4; i++) {
		assert_int_equal(waitpid(pids[i], &status, WNOHANG), 0);
		kill(pids[i], SIGKILL);
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
	}
	assert_good(brg_dmabuf_revoke(&guest->vfio, test->dmabuf));
}

static const struct CMUnitTest tests[] = {
	IMPORTER_TEST(importer_all_of_it_races_with_revocation),
	IMPORTER_TEST(importer_one_file_has_many_users),
};

const struct guest_suite guest_importer_races = GUEST_SUITE(tests);
