// SPDX-License-Identifier: GPL-2.0-only
#include "guest.h"

#include "fixture.h"
#include "stuck.h"

#include <barrage/clock.h>
#include <barrage/dmabuf.h>
#include <barrage/env.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define OPEN_NS 60000000000ull
#define PATIENCE_NS 30000000000ull
#define POLL_NS 5000000ull

/* of the fixture; no bdf: not open */
static struct guest provider, second;
static sigjmp_buf touch_jump;

const char *guest_role(const char *role)
{
	const char *value = brg_env_role(role);

	if (!value)
		fail_msg("%s", brg_last_error());
	return value;
}

static int open_steps(struct guest *guest, const uint8_t *token)
{
	struct brg_pci pci;
	int ret;

	ret = brg_pci_bind(guest->bdf, "vfio-pci", &guest->binding);
	if (!ret)
		ret = brg_vfio_open_with_token(guest->bdf, token, &guest->vfio);
	if (!ret)
		ret = brg_pci_read(guest->bdf, &pci);
	if (ret)
		return ret;
	guest->bar_start = pci.bars[guest->bar].start;
	guest->bar_bytes = pci.bars[guest->bar].size_bytes;
	if (guest->bar_bytes < 16 * MIB)
		return brg_fail(-ENOSPC, "%s: BAR %u is too small", guest->bdf,
				guest->bar);
	if (guest_has_pool(guest))
		return brg_fail(-EEXIST, "%s: p2pmem is there already",
				guest->bdf);
	return 0;
}

static void open_or_fail(struct guest *guest, const char *who,
			 const uint8_t *token)
{
	int ret = open_steps(guest, token);
	char why[256];

	if (!ret)
		return;
	snprintf(why, sizeof(why), "%s", brg_last_error());
	guest_try_close(guest);
	fail_msg("%s: %s (%s)", who, strerror(-ret), why);
}

void guest_open(struct guest *guest, const char *role)
{
	char bar_role[64];

	*guest = (struct guest){
		.bdf = guest_role(role),
		.vfio = { .fd = -1, .iommufd.fd = -1 },
	};
	snprintf(bar_role, sizeof(bar_role), "%s_BAR", role);
	guest->bar = (unsigned int)atoi(guest_role(bar_role));
	open_or_fail(guest, role, NULL);
}

void guest_open_function(struct guest *guest, const char *bdf, unsigned int bar,
			 const uint8_t *token)
{
	*guest = (struct guest){
		.bdf = bdf,
		.bar = bar,
		.vfio = { .fd = -1, .iommufd.fd = -1 },
	};
	open_or_fail(guest, bdf, token);
}

int guest_try_close(struct guest *guest)
{
	int ret;

	guest_unmap_bar(guest);
	brg_vfio_close(&guest->vfio);
	ret = brg_pci_restore(&guest->binding);
	if (!ret && guest_has_pool(guest))
		ret = brg_fail(-EBUSY, "%s: p2pmem is there still", guest->bdf);
	guest->bdf = NULL;
	return ret;
}

void guest_close(struct guest *guest)
{
	assert_good(guest_try_close(guest));
}

void guest_reopen(struct guest *guest)
{
	brg_vfio_close(&guest->vfio);
	assert_good(brg_vfio_open(guest->bdf, &guest->vfio));
}

void guest_await_open(struct guest *guest)
{
	uint64_t end = brg_clock_now_ns() + OPEN_NS;
	int ret;

	do {
		ret = brg_vfio_open(guest->bdf, &guest->vfio);
		if (ret)
			brg_clock_sleep_ns(POLL_NS);
	} while (ret && brg_clock_left_ms(end));
	assert_good(ret);
}

const struct guest *guest_second(const char *role)
{
	guest_open(&second, role);
	return &second;
}

void guest_undo(void)
{
	stuck_end();
	if (second.bdf)
		UNDO(guest_try_close(&second));
	if (provider.bdf)
		UNDO(guest_try_close(&provider));
}

void guest_begin(void **state, void (*undo)(void))
{
	fixture_begin(undo);
	guest_open(&provider, "PROVIDER");
	*state = &provider;
}

int guest_setup(void **state)
{
	guest_begin(state, guest_undo);
	return 0;
}

int guest_teardown(void **state)
{
	return fixture_end();
}

int guest_feature(const struct guest *guest, uint32_t op, uint32_t argsz,
		  struct vfio_device_feature_p2p_register *reg)
{
	union {
		struct vfio_device_feature head;
		uint8_t room[sizeof(struct vfio_device_feature) + sizeof(*reg) +
			     64];
	} arg = { .head = {
			  .argsz = argsz,
			  .flags = op | VFIO_DEVICE_FEATURE_P2P_REGISTER,
		  } };
	int ret;

	if (reg)
		memcpy(arg.head.data, reg, sizeof(*reg));
	ret = ioctl(guest->vfio.fd, VFIO_DEVICE_FEATURE, &arg);
	ret = ret < 0 ? -errno : ret;
	if (reg && !ret)
		memcpy(reg, arg.head.data, sizeof(*reg));
	return ret;
}

int guest_set(const struct guest *guest,
	      struct vfio_device_feature_p2p_register reg)
{
	return guest_feature(guest, VFIO_DEVICE_FEATURE_SET,
			     sizeof(struct vfio_device_feature) + sizeof(reg),
			     &reg);
}

void guest_expect_state(const struct guest *guest, uint32_t state)
{
	struct brg_p2p_state now;

	assert_good(brg_p2p_query(&guest->vfio, guest->bar, &now));
	assert_string_equal(brg_p2p_state_name(now.state),
			    brg_p2p_state_name(state));
}

void guest_register(const struct guest *guest)
{
	assert_good(brg_p2p_register(&guest->vfio, guest->bar, 0, 0));
}

void guest_unregister(const struct guest *guest)
{
	assert_good(brg_p2p_unregister(&guest->vfio, guest->bar, 0));
}

void *guest_map_bar(struct guest *guest)
{
	assert_good(brg_vfio_map(&guest->vfio, guest->bar, 0, 2 * MIB,
				 &guest->bar_map));
	return guest->bar_map;
}

void guest_unmap_bar(struct guest *guest)
{
	if (guest->bar_map)
		munmap(guest->bar_map, 2 * MIB);
	guest->bar_map = NULL;
}

int guest_export(const struct guest *guest)
{
	int fd = -1;

	assert_good(
		brg_dmabuf_export(&guest->vfio, guest->bar, 0, 2 * MIB, &fd));
	return fd;
}

void *guest_map(const struct guest *guest, size_t len)
{
	void *addr;

	assert_good(brg_p2pmem_map(guest->bdf, len, &addr));
	return addr;
}

void *guest_register_and_touch(const struct guest *guest)
{
	void *page;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	assert_int_equal(guest_touch(page, true), 0);
	return page;
}

int guest_map_errno(const struct guest *guest, size_t len)
{
	void *addr;
	int ret;

	ret = brg_p2pmem_map(guest->bdf, len, &addr);
	if (!ret)
		munmap(addr, len);
	return ret;
}

bool guest_has_pool(const struct guest *guest)
{
	char path[BRG_SYSFS_PATH_BYTES];

	assert_good(brg_sysfs_path(path, sizeof(path),
				   "bus/pci/devices/%s/p2pmem", guest->bdf));
	return !access(path, F_OK);
}

void guest_await_available(const struct guest *guest, uint64_t bytes)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	struct brg_p2pmem pool;

	for (;;) {
		assert_good(brg_p2pmem_read(guest->bdf, &pool));
		if (pool.available_bytes == bytes)
			return;
		if (!brg_clock_left_ms(end))
			fail_msg("%llu bytes available, not %llu",
				 (unsigned long long)pool.available_bytes,
				 (unsigned long long)bytes);
		brg_clock_sleep_ns(POLL_NS);
	}
}

static void on_signal(int sig)
{
	siglongjmp(touch_jump, sig);
}

int guest_touch(volatile void *addr, bool write)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct sigaction old_bus, old_segv;
	volatile uint8_t *byte = addr;
	int sig;

	sigaction(SIGBUS, &action, &old_bus);
	sigaction(SIGSEGV, &action, &old_segv);
	sig = sigsetjmp(touch_jump, 1);
	if (!sig) {
		if (write)
			*byte = 0x5a;
		else
			(void)*byte;
	}
	sigaction(SIGBUS, &old_bus, NULL);
	sigaction(SIGSEGV, &old_segv, NULL);
	return sig;
}

void guest_expect_driver(const char *role, const char *driver)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	struct brg_pci pci;

	for (;;) {
		assert_good(brg_pci_read(guest_role(role), &pci));
		if (!strcmp(pci.driver, driver))
			return;
		if (!brg_clock_left_ms(end))
			fail_msg("%s is on \"%s\", not \"%s\"", pci.bdf,
				 pci.driver, driver);
		brg_clock_sleep_ns(POLL_NS);
	}
}
