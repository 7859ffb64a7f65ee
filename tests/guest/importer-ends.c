// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ends of an importer: its file, its process, its device and its driver go,
 * at rest and while DMA runs. The memory is free again afterwards, and DMA that
 * was begun has either arrived in whole or is known not to have.
 */
#include "children.h"
#include "importer.h"
#include "ioas.h"

#include <barrage/clock.h>
#include <barrage/dmabuf.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATIENCE_MS 30000

static int write_in_thread(void *arg)
{
	return importer_dma(arg, true, 0, IMPORTER_BYTES);
}

/* DMA under way, of bytes that are then in the BAR; nothing else holds them */
static void start_dma(const struct brg_importer *it, uint8_t *sent)
{
	ioas_fill(sent, IMPORTER_BYTES, brg_clock_now_ns());
	assert_good(brg_importer_store(it, 0, sent, IMPORTER_BYTES));
	importer_start(write_in_thread, (void *)it);
	importer_await_dma(it, 1);
}

static void importer_its_file_is_closed_while_dma_runs(void **state)
{
	struct brg_importer *it = &importer_get()->it[0];
	uint8_t sent[IMPORTER_BYTES];

	importer_use(*state, BRG_IMPORTER_REVOCABLE);
	start_dma(it, sent);
	brg_importer_close(it);
	assert_good(importer_join());
	ioas_expect_bar(*state, IMPORTER_OFFSET, sent, sizeof(sent));
}

/* One transfer after the other until killed, and a byte before each */
static void keep_moving(const char *bdf, int fd, int ready)
{
	struct brg_importer it;

	if (brg_importer_open(bdf, &it) ||
	    brg_importer_attach(&it, fd, BRG_IMPORTER_DYNAMIC, NULL) ||
	    brg_importer_map(&it, BRG_IMPORTER_RW, NULL))
		_exit(1);
	while (write(ready, "x", 1) == 1)
		if (importer_dma(&it, true, 0, IMPORTER_BYTES))
			_exit(2);
	_exit(3);
}

static void importer_its_process_is_killed_while_dma_runs(void **state)
{
	const struct guest *guest = *state;
	const struct importer *test = importer_get();
	const struct brg_importer *it = &test->it[1];
	uint8_t sent[IMPORTER_BYTES];
	int ready[2];
	pid_t pid;

	ioas_fill(sent, sizeof(sent), 1);
	assert_good(brg_importer_store(it, 0, sent, sizeof(sent)));
	importer_export(guest);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = child_start();
	if (!pid)
		keep_moving(it->bdf, test->dmabuf, ready[1]);
	close(ready[1]);
	child_await(ready[0]);
	/* the first is over, and the second about to begin, or under way */
	child_await(ready[0]);
	child_kill(pid);
	ioas_expect_bar(guest, IMPORTER_OFFSET, sent, sizeof(sent));
	assert_good(brg_dmabuf_revoke(&guest->vfio, test->dmabuf));
	/* the engine is free for the next one */
	importer_use(guest, BRG_IMPORTER_REVOCABLE);
	importer_expect_works(guest, &test->it[0], 0, 2);
	close(ready[0]);
}

static void expect_gone(const struct brg_importer *it)
{
	struct pollfd pollfd = { .fd = it->fd, .events = POLLIN };
	struct brg_importer_range range;
	char byte;

	assert_errno(importer_dma(it, true, 0, 1), ENODEV);
	assert_errno(brg_importer_map(it, BRG_IMPORTER_RW, NULL), ENODEV);
	assert_errno(brg_importer_detach(it, NULL), ENODEV);
	assert_errno(brg_importer_load(it, 0, &byte, 1), ENODEV);
	assert_errno(brg_importer_store(it, 0, &byte, 1), ENODEV);
	assert_errno(brg_importer_ranges(it, &range, 1), ENODEV);
	assert_errno(brg_importer_attach(it, importer_get()->dmabuf, 0, NULL),
		     ENODEV);
	importer_expect_state(it, BRG_IMPORTER_DETACHED);
	assert_errno(brg_importer_await(it, UINT64_MAX, PATIENCE_MS), ENODEV);
	assert_int_equal(poll(&pollfd, 1, 0), 1);
	assert_true(pollfd.revents & POLLERR);
}

static void importer_its_driver_is_unbound(void **state)
{
	const struct guest *guest = *state;
	struct importer *test = importer_get();
	const struct brg_importer *it =
		importer_use(guest, BRG_IMPORTER_DYNAMIC);
	struct brg_importer again;

	assert_good(brg_pci_restore(&test->bindings[0]));
	expect_gone(it);
	expect_gone(&test->it[1]);
	assert_errno(brg_importer_open(it->bdf, &again), ENODEV);
	/* nobody has to be waited for */
	assert_good(brg_dmabuf_revoke(&guest->vfio, test->dmabuf));
	/* what is open does not come back with the driver */
	assert_good(
		brg_pci_bind(it->bdf, BRG_IMPORTER_DRIVER, &test->bindings[0]));
	expect_gone(it);
	brg_importer_close(&test->it[0]);
	assert_good(brg_importer_open(guest_role("EDU"), &test->it[0]));
	importer_use(guest, BRG_IMPORTER_REVOCABLE);
	importer_expect_works(guest, it, 0, 3);
}

static void importer_its_driver_is_unbound_while_dma_runs(void **state)
{
	struct importer *test = importer_get();
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);
	uint8_t sent[IMPORTER_BYTES];

	start_dma(it, sent);
	assert_good(brg_pci_restore(&test->bindings[0]));
	assert_good(importer_join());
	ioas_expect_bar(*state, IMPORTER_OFFSET, sent, sizeof(sent));
	expect_gone(it);
}

static void importer_its_device_is_removed_while_dma_runs(void **state)
{
	struct importer *test = importer_get();
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);
	uint8_t sent[IMPORTER_BYTES];

	start_dma(it, sent);
	assert_good(brg_sysfs_write("1", "bus/pci/devices/%s/remove", it->bdf));
	assert_good(importer_join());
	ioas_expect_bar(*state, IMPORTER_OFFSET, sent, sizeof(sent));
	expect_gone(it);
	assert_good(brg_sysfs_write("1", "bus/pci/rescan"));
	assert_good(brg_pci_restore(&test->bindings[0]));
	brg_importer_close(&test->it[0]);
	assert_good(brg_pci_bind(guest_role("EDU"), BRG_IMPORTER_DRIVER,
				 &test->bindings[0]));
	assert_good(brg_importer_open(guest_role("EDU"), &test->it[0]));
	importer_use(*state, BRG_IMPORTER_REVOCABLE);
	importer_expect_works(*state, it, 0, 4);
}

static int unload(void)
{
	return syscall(SYS_delete_module, "barrage_importer", O_NONBLOCK) ?
		       -errno :
		       0;
}

static void read_all(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[512];

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file))
		;
	fclose(file);
}

static void importer_the_module_stays_while_it_is_in_use(void **state)
{
	const struct guest *guest = *state;
	struct importer *test = importer_get();
	const struct brg_importer *it =
		importer_use(guest, BRG_IMPORTER_REVOCABLE);
	size_t i;

	importer_expect_works(guest, it, 0, 5);
	assert_errno(unload(), EWOULDBLOCK);
	importer_expect_works(guest, it, 0, 6);
	for (i = 0; i < IMPORTER_MAX; i++)
		brg_importer_close(&test->it[i]);
	/* devices that nobody has open do not keep it */
	assert_good(unload());
	/* its fences are in the dma-buf still */
	read_all("/sys/kernel/debug/dma_buf/bufinfo");
	assert_good(brg_dmabuf_revoke(&guest->vfio, test->dmabuf));
	for (i = 0; i < 2; i++) {
		const char *bdf = guest_role(i ? "OTHER_EDU" : "EDU");

		assert_good(brg_pci_restore(&test->bindings[i]));
		assert_good(brg_pci_bind(bdf, BRG_IMPORTER_DRIVER,
					 &test->bindings[i]));
	}
	assert_good(brg_importer_open(guest_role("EDU"), &test->it[0]));
	importer_use(guest, BRG_IMPORTER_REVOCABLE);
	importer_expect_works(guest, it, 0, 7);
}

static const struct CMUnitTest tests[] = {
	IMPORTER_TEST(importer_its_file_is_closed_while_dma_runs),
	IMPORTER_TEST(importer_its_process_is_killed_while_dma_runs),
	IMPORTER_TEST(importer_its_driver_is_unbound),
	IMPORTER_TEST(importer_its_driver_is_unbound_while_dma_runs),
	IMPORTER_TEST(importer_its_device_is_removed_while_dma_runs),
	IMPORTER_TEST(importer_the_module_stays_while_it_is_in_use),
};

const struct guest_suite guest_importer_ends = GUEST_SUITE(tests);
