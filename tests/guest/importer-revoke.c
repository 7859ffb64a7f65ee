// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every way in which VFIO takes memory back, from importers that take it for
 * final and from those that map again. Afterwards DMA to the old addresses is a
 * fault of the IOMMU: the misbehaving importer shows it.
 */
#include "importer.h"

#include "reset.h"

#include <barrage/dmabuf.h>

#include <errno.h>

/**
 * struct way - to take the memory back
 * @path: which of those that resets.c tests; NULL for the dma-buf's own
 * @mode: of the importer
 */
struct way {
	const struct reset_path *path;
	enum brg_importer_mode mode;
};

static const struct way *way;

static int way_setup(void **state)
{
	way = *state;
	return importer_setup(state);
}

static int take_back(const struct guest *guest)
{
	return way->path ?
		       way->path->begin(guest) :
		       brg_dmabuf_revoke(&guest->vfio, importer_get()->dmabuf);
}

/* For the BAR to be read again, and where that brings the memory back */
static void end_way(const struct guest *guest)
{
	if (way->path && way->path->end)
		assert_good(way->path->end(guest));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
}

static void expect_over(const struct guest *guest,
			const struct brg_importer *it)
{
	const struct brg_importer_status status = importer_status(it);

	assert_int_equal(status.state, BRG_IMPORTER_REVOKED);
	assert_int_equal(status.nr_invalidated, 1);
	assert_int_equal(status.nr_unmaps, 1);
	assert_true(status.unmapped_ns >= status.notified_ns);
	assert_errno(importer_dma(it, true, 0, 1),
		     way->mode == BRG_IMPORTER_DYNAMIC ? ENODEV : ESTALE);
}

static void it_is_taken_back(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *it = importer_use(guest, way->mode);

	importer_expect_works(guest, it, 0, 1);
	assert_good(take_back(guest));
	if (!way->path || way->path->end)
		expect_over(guest, it);
	end_way(guest);
	importer_expect_stopped(guest, it);
	if (way->mode == BRG_IMPORTER_REVOCABLE) {
		assert_errno(importer_dma(it, true, 0, 1), ESTALE);
		assert_errno(brg_importer_map(it, BRG_IMPORTER_RW, NULL),
			     ESTALE);
	} else if (way->path) {
		importer_expect_works(guest, it, PAGE, 2);
		assert_int_equal(importer_status(it).nr_maps, 2);
	} else {
		assert_errno(importer_dma(it, true, 0, 1), ENODEV);
	}
}

/* A new attachment is as good as the first, but where it is revoked for good */
static void a_new_attachment_works(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *it = importer_use(guest, way->mode);

	assert_good(take_back(guest));
	end_way(guest);
	assert_good(brg_importer_detach(it, NULL));
	if (!way->path)
		importer_export(guest);
	importer_attach(0, way->mode);
	importer_expect_works(guest, it, 3 * PAGE, 3);
}

#define WAY(name_, path_, mode_)                                               \
	static const struct way name_ = { path_, mode_ }

WAY(revoke_pinned, NULL, BRG_IMPORTER_REVOCABLE);
WAY(revoke_dynamic, NULL, BRG_IMPORTER_DYNAMIC);
WAY(reset_pinned, &reset_vfio, BRG_IMPORTER_REVOCABLE);
WAY(reset_dynamic, &reset_vfio, BRG_IMPORTER_DYNAMIC);
WAY(hot_reset_pinned, &reset_hot, BRG_IMPORTER_REVOCABLE);
WAY(hot_reset_dynamic, &reset_hot, BRG_IMPORTER_DYNAMIC);
WAY(memory_off_pinned, &reset_memory_off, BRG_IMPORTER_REVOCABLE);
WAY(memory_off_dynamic, &reset_memory_off, BRG_IMPORTER_DYNAMIC);
WAY(low_power_pinned, &reset_low_power, BRG_IMPORTER_REVOCABLE);
WAY(low_power_dynamic, &reset_low_power, BRG_IMPORTER_DYNAMIC);
WAY(sysfs_reset_pinned, &reset_sysfs, BRG_IMPORTER_REVOCABLE);
WAY(sysfs_reset_dynamic, &reset_sysfs, BRG_IMPORTER_DYNAMIC);
WAY(bridge_reset_pinned, &reset_bridge, BRG_IMPORTER_REVOCABLE);
WAY(bridge_reset_dynamic, &reset_bridge, BRG_IMPORTER_DYNAMIC);

#define WAY_TEST(way_, test_)                                                  \
	{                                                                      \
		.name = "importer_" #way_ "_" #test_, .test_func = test_,      \
		.setup_func = way_setup, .teardown_func = guest_teardown,      \
		.initial_state = (void *)&way_,                                \
	}
#define WAY_TESTS(way_)                                                        \
	WAY_TEST(way_##_pinned, it_is_taken_back),                             \
		WAY_TEST(way_##_dynamic, it_is_taken_back),                    \
		WAY_TEST(way_##_pinned, a_new_attachment_works)

/* Nothing of the device is left, but the importer is */
static void expect_closed(void **state, enum brg_importer_mode mode)
{
	struct guest *guest = *state;
	const struct brg_importer *it = importer_use(guest, mode);

	importer_expect_works(guest, it, 0, 4);
	brg_vfio_close(&guest->vfio);
	importer_expect_state(it, BRG_IMPORTER_REVOKED);
	assert_errno(importer_dma(it, true, 0, 1),
		     mode == BRG_IMPORTER_DYNAMIC ? ENODEV : ESTALE);
	guest_await_open(guest);
	importer_expect_stopped(guest, it);
	/* this dma-buf was of an earlier time */
	assert_errno(importer_dma(it, true, 0, 1),
		     mode == BRG_IMPORTER_DYNAMIC ? ENODEV : ESTALE);
	assert_good(brg_importer_detach(it, NULL));
	assert_errno(
		brg_importer_attach(it, importer_get()->dmabuf, mode, NULL),
		ENODEV);
}

static void importer_close_takes_it_from_pinned_ones(void **state)
{
	expect_closed(state, BRG_IMPORTER_REVOCABLE);
}

static void importer_close_takes_it_from_dynamic_ones(void **state)
{
	expect_closed(state, BRG_IMPORTER_DYNAMIC);
}

static void importer_unbinding_does_not_wait_for_importers(void **state)
{
	struct guest *guest = *state;
	const struct brg_importer *it =
		importer_use(guest, BRG_IMPORTER_REVOCABLE);

	brg_vfio_close(&guest->vfio);
	assert_good(brg_pci_restore(&guest->binding));
	importer_expect_state(it, BRG_IMPORTER_REVOKED);
	assert_errno(importer_dma(it, true, 0, 1), ESTALE);
	assert_good(brg_importer_detach(it, NULL));
	assert_good(brg_pci_bind(guest->bdf, "vfio-pci", &guest->binding));
	guest_await_open(guest);
}

static const struct CMUnitTest tests[] = {
	WAY_TESTS(revoke),
	WAY_TESTS(reset),
	WAY_TESTS(hot_reset),
	WAY_TESTS(memory_off),
	WAY_TESTS(low_power),
	WAY_TESTS(sysfs_reset),
	WAY_TESTS(bridge_reset),
	IMPORTER_TEST(importer_close_takes_it_from_pinned_ones),
	IMPORTER_TEST(importer_close_takes_it_from_dynamic_ones),
	IMPORTER_TEST(importer_unbinding_does_not_wait_for_importers),
};

const struct guest_suite guest_importer_revoke = GUEST_SUITE(tests);
