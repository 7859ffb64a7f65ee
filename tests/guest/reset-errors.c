// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that is not in order, though VFIO thinks that its memory is enabled:
 * the P2P memory is not put back to use by whoever is done with it.
 */
#include "reset.h"

#include "host.h"
#include "stuck.h"

#include <barrage/sysfs.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_NS (30000 * MS)
#define PORT "root0" /* the provider is below it */
#define UNREGISTER_MS 5000

static int memory_on(const struct guest *guest)
{
	return brg_vfio_set_memory(&guest->vfio, true);
}

/* past VFIO, which takes no notice */
static int hardware_memory_off(const struct guest *guest)
{
	char path[BRG_SYSFS_PATH_BYTES];
	uint16_t command = reset_device_config(guest, PCI_COMMAND);
	ssize_t done;
	int fd, ret;

	ret = brg_sysfs_path(path, sizeof(path), "bus/pci/devices/%s/config",
			     guest->bdf);
	if (ret)
		return ret;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	command &= (uint16_t)~PCI_COMMAND_MEMORY;
	done = pwrite(fd, &command, sizeof(command), PCI_COMMAND);
	ret = done == sizeof(command) ? 0 : -EIO;
	close(fd);
	return ret;
}

/* the link is reset, so that the device forgets its BARs */
static int lose_the_bars(const struct guest *guest)
{
	return host_ask("error " PORT " DLP");
}

static int unregister_for_a_while(const struct guest *guest)
{
	return brg_p2p_unregister(&guest->vfio, guest->bar, UNREGISTER_MS);
}

static const struct reset_path reset_broken = {
	"memory disabled in the hardware",
	"PROVIDER",
	hardware_memory_off,
	memory_on,
	true,
};
static const struct reset_path reset_error = {
	"fatal error", "PROVIDER", lose_the_bars, memory_on, true,
};

static void expect_frozen(const struct guest *guest)
{
	guest_expect_state(guest, VFIO_P2P_STATE_FROZEN);
	assert_errno(guest_map_errno(guest, PAGE), EAGAIN);
}

static void finish(struct reset *r)
{
	reset_finish(r);
	reset_await_state(&r->guest, VFIO_P2P_STATE_LIVE);
	reset_marker_set(&r->guest);
	reset_expect_alive(r);
}

/* What a reset that worked leaves is looked at, not taken for granted. */
static void stays_frozen_after_a_reset(void **state)
{
	struct reset *r = *state;

	guest_register(&r->guest);
	assert_good(reset_begin(r));
	assert_good(reset_vfio.begin(&r->guest));
	expect_frozen(&r->guest);
	finish(r);
}

static void stays_frozen_after_a_reset_by_others(void **state)
{
	struct reset *r = *state;

	guest_register(&r->guest);
	assert_good(reset_begin(r));
	assert_good(reset_sysfs.begin(&r->guest));
	expect_frozen(&r->guest);
	finish(r);
}

/* Memory that was about to go when the error came, and then did not. */
static void stays_frozen_when_unregistering_gives_up(void **state)
{
	struct reset *r = *state;
	uint8_t *page;

	guest_register(&r->guest);
	page = guest_map(&r->guest, PAGE);
	stuck_start(page);
	reset_call_start(&r->call, &r->guest, unregister_for_a_while);
	reset_await_state(&r->guest, VFIO_P2P_STATE_DRAINING);
	assert_good(reset_begin(r));
	reset_await_memory_off(&r->guest);
	guest_expect_state(&r->guest, VFIO_P2P_STATE_DRAINING);
	assert_errno(reset_call_end(&r->call), ETIMEDOUT);
	expect_frozen(&r->guest);
	stuck_end();
	munmap(page, PAGE);
	finish(r);
}

static const struct CMUnitTest tests[] = {
	RESET_TEST(reset_broken, stays_frozen_after_a_reset),
	RESET_TEST(reset_broken, stays_frozen_after_a_reset_by_others),
	RESET_TEST(reset_error, stays_frozen_when_unregistering_gives_up),
};

const struct guest_suite guest_reset_errors = GUEST_SUITE(tests);
