// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an importer in the kernel is given that is no dma-buf of a BAR, or is none
 * any more; and the line that explains it. See importer-attach.c for the rest.
 */
#include "importer.h"

#include "foreign.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void expect_refused(int fd, int err, const char *why)
{
	const struct brg_importer *it = &importer_get()->it[0];
	int ret = brg_importer_attach(it, fd, BRG_IMPORTER_REVOCABLE, NULL);

	if (ret != -err)
		fail_msg("%s, not %s", strerror(-ret), strerror(err));
	assert_error(why);
	importer_expect_state(it, BRG_IMPORTER_DETACHED);
}

static void importer_input_a_name_is_no_open_file(void **state)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d",
		 importer_export(*state));
	fd = open(path, O_PATH | O_CLOEXEC);
	assert_true(fd >= 0);
	expect_refused(fd, EBADF, "O_PATH");
	close(fd);
	expect_refused(fd, EBADF, "not open");
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	expect_refused(fd, EINVAL, "not a dma-buf");
	close(fd);
}

static void importer_input_the_bar_of_another_device_is_taken(void **state)
{
	const struct brg_importer *it = &importer_get()->it[0];
	const struct guest *other = guest_second("PMR");
	int fd;

	assert_good(brg_dmabuf_export(&other->vfio, other->bar, 0, PAGE, &fd));
	assert_good(brg_importer_attach(it, fd, BRG_IMPORTER_REVOCABLE, NULL));
	assert_good(brg_importer_map(it, BRG_IMPORTER_RW, NULL));
	close(fd);
	assert_good(brg_vfio_set_memory(&other->vfio, false));
	importer_expect_state(it, BRG_IMPORTER_REVOKED);
	assert_good(brg_importer_detach(it, NULL));
}

/* Host memory, which is revocable by nobody: data arrive all the same */
static void expect_foreign_works(int fd)
{
	const struct brg_importer *it = &importer_get()->it[0];
	uint8_t sent[IMPORTER_BYTES], found[IMPORTER_BYTES];
	size_t i;

	for (i = 0; i < IMPORTER_BYTES; i++)
		sent[i] = (uint8_t)(3 * i + fd);
	assert_good(brg_importer_attach(it, fd, BRG_IMPORTER_DYNAMIC, NULL));
	close(fd);
	assert_good(brg_importer_map(it, BRG_IMPORTER_RW, NULL));
	assert_good(brg_importer_write(it, PAGE, sent, IMPORTER_BYTES));
	assert_good(brg_importer_read(it, PAGE, found, IMPORTER_BYTES));
	assert_memory_equal(found, sent, IMPORTER_BYTES);
	assert_good(brg_importer_detach(it, NULL));
}

static void importer_input_foreign_dma_bufs_are_taken(void **state)
{
	expect_foreign_works(foreign_udmabuf(8 * PAGE));
	expect_foreign_works(foreign_heap(8 * PAGE));
}

static void importer_input_what_was_revoked_is_enodev(void **state)
{
	const struct guest *guest = *state;
	int fd = importer_export(guest);

	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	expect_refused(fd, ENODEV, "revoked");
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_good(brg_dmabuf_revoke(&guest->vfio, fd));
	expect_refused(fd, ENODEV, "revoked");
}

static void importer_input_a_device_that_went_away_is_enodev(void **state)
{
	struct guest *guest = *state;
	int fd = importer_export(guest);

	brg_vfio_close(&guest->vfio);
	expect_refused(fd, ENODEV, "revoked");
	assert_good(brg_pci_restore(&guest->binding));
	expect_refused(fd, ENODEV, "revoked");
	assert_good(brg_pci_bind(guest->bdf, "vfio-pci", &guest->binding));
	assert_good(brg_vfio_open(guest->bdf, &guest->vfio));
	expect_refused(fd, ENODEV, "revoked");
}

static const struct CMUnitTest tests[] = {
	IMPORTER_TEST(importer_input_a_name_is_no_open_file),
	IMPORTER_TEST(importer_input_the_bar_of_another_device_is_taken),
	IMPORTER_TEST(importer_input_foreign_dma_bufs_are_taken),
	IMPORTER_TEST(importer_input_what_was_revoked_is_enodev),
	IMPORTER_TEST(importer_input_a_device_that_went_away_is_enodev),
};

const struct guest_suite guest_importer_input = GUEST_SUITE(tests);
