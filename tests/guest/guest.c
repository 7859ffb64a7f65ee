// SPDX-License-Identifier: GPL-2.0-only
#include "guest.h"

#include "stuck.h"

#include <barrage/clock.h>
#include <barrage/dmabuf.h>
#include <barrage/env.h>
#include <barrage/kmsg.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/times.h>
#include <unistd.h>

#define OPEN_NS 60000000000ull
#define PATIENCE_NS 30000000000ull
#define POLL_NS 5000000ull
/* dmar_fault() counts three for each, and goes up to ten in five seconds */
#define NR_FAULTS_TOLD 3
#define FAULTS_TOLD_MS 6000
#define QUIET_NS 120000000000ull

static struct brg_kmsg kmsg = { .fd = -1 };
static struct guest second;
static unsigned long long told_ms[NR_FAULTS_TOLD];
static unsigned int nr_told;
static sigjmp_buf touch_jump;

const char *guest_role(const char *role)
{
	const char *value = brg_env_role(role);

	if (!value)
		fail_msg("%s", brg_last_error());
	return value;
}

int guest_mark(void **state)
{
	brg_clear_error();
	assert_good(brg_kmsg_open(&kmsg, "test"));
	return 0;
}

int guest_judge(void **state)
{
	int ret = brg_kmsg_check(&kmsg, NULL, 0);

	brg_kmsg_close(&kmsg);
	assert_good(ret);
	return 0;
}

/*
 * The kernel's limits go by jiffies. Where the machine was so busy at boot that
 * "APIC timer disabled due to verification failure", they fall behind the clocks.
 */
static unsigned long long jiffies_ms(void)
{
	long ticks = (long)times(&(struct tms){ 0 });

	return (unsigned long)ticks * 1000ull /
	       (unsigned long)sysconf(_SC_CLK_TCK);
}

void guest_provoke_fault(void)
{
	uint64_t end = brg_clock_now_ns() + QUIET_NS;
	unsigned long long quiet;

	if (nr_told < NR_FAULTS_TOLD)
		return;
	quiet = told_ms[nr_told % NR_FAULTS_TOLD] + FAULTS_TOLD_MS;
	while (jiffies_ms() < quiet && brg_clock_left_ms(end))
		brg_clock_sleep_ns(POLL_NS);
}

void guest_expect_fault(const char *bdf, bool write, uint64_t iova)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	struct brg_kmsg_fault fault;
	int ret;

	while (!(ret = brg_kmsg_next_fault(&kmsg, &fault))) {
		if (!brg_clock_left_ms(end))
			fail_msg("the IOMMU did not stop %s", bdf);
		brg_clock_sleep_ns(POLL_NS);
	}
	if (ret < 0)
		fail_msg("%s", brg_last_error());
	/* not before: on a busy machine it may be long after it was provoked */
	told_ms[nr_told++ % NR_FAULTS_TOLD] = jiffies_ms();
	assert_string_equal(fault.bdf, bdf);
	assert_int_equal(fault.write, write);
	assert_true(fault.iova == (iova & ~(PAGE - 1)));
}

void guest_forget_faults(void)
{
	struct brg_kmsg_fault fault;
	int ret;

	while ((ret = brg_kmsg_next_fault(&kmsg, &fault)) > 0)
		;
	assert_good(ret);
}

void guest_open(struct guest *guest, const char *role)
{
	char bar_role[64];
	struct brg_pci pci;

	memset(guest, 0, sizeof(*guest));
	guest->bdf = guest_role(role);
	snprintf(bar_role, sizeof(bar_role), "%s_BAR", role);
	guest->bar = (unsigned int)atoi(guest_role(bar_role));
	assert_good(brg_pci_bind(guest->bdf, "vfio-pci", &guest->binding));
	assert_good(brg_vfio_open(guest->bdf, &guest->vfio));
	assert_good(brg_pci_read(guest->bdf, &pci));
	guest->bar_start = pci.bars[guest->bar].start;
	guest->bar_bytes = pci.bars[guest->bar].size_bytes;
	assert_true(guest->bar_bytes >= 16 * MIB);
	assert_false(guest_has_pool(guest));
}

void guest_close(struct guest *guest)
{
	guest_unmap_bar(guest);
	brg_vfio_close(&guest->vfio);
	assert_good(brg_pci_restore(&guest->binding));
	assert_false(guest_has_pool(guest));
	guest->bdf = NULL;
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

int guest_setup(void **state)
{
	static struct guest guest;

	guest_mark(state);
	guest_open(&guest, "PROVIDER");
	*state = &guest;
	return 0;
}

int guest_teardown(void **state)
{
	stuck_end();
	if (second.bdf)
		guest_close(&second);
	guest_close(*state);
	return guest_judge(state);
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
