// SPDX-License-Identifier: GPL-2.0-only
/* what each errno of the kernel is said to mean; the kernel is the test */
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/dmabuf.h>
#include <barrage/p2p.h>
#include <barrage/p2pmem.h>

#include <errno.h>
#include <linux/vfio.h>

#define BDF "0000:01:00.0"
#define MIB (1ull << 20)

static const struct brg_vfio vfio = { .bdf = BDF, .fd = -1 };
static struct vfio_device_feature_p2p_register seen;
static uint32_t seen_flags;
static int answer, memory_on;

int __wrap_brg_vfio_feature(const struct brg_vfio *device, uint32_t flags,
			    void *data, size_t len);
int __wrap_brg_vfio_memory_is_on(const struct brg_vfio *device);

int __wrap_brg_vfio_feature(const struct brg_vfio *device, uint32_t flags,
			    void *data, size_t len)
{
	seen_flags = flags;
	if (len == sizeof(seen)) {
		memcpy(&seen, data, len);
		((struct vfio_device_feature_p2p_register *)data)->state =
			VFIO_P2P_STATE_LIVE;
	}
	return answer;
}

int __wrap_brg_vfio_memory_is_on(const struct brg_vfio *device)
{
	return memory_on;
}

static int setup(void **state)
{
	if (fake_sysfs_setup(state))
		return -1;
	fake_device(BDF, "1b36:0010", "010802", 5);
	fake_bar(BDF, 0, 0xfe000000, 0x4000, FAKE_MEM32);
	fake_bar(BDF, 1, 0xc000, 0x40, FAKE_IO);
	fake_bar(BDF, 4, 0x3800000000, 64 * MIB, FAKE_MEM64);
	memset(&seen, 0, sizeof(seen));
	answer = 0;
	memory_on = 1;
	return 0;
}

static void expect(unsigned int bar, uint64_t offset, uint64_t length,
		   const char *part)
{
	brg_clear_error();
	assert_int_equal(brg_p2p_register(&vfio, bar, offset, length), answer);
	assert_error(BDF);
	assert_error(part);
}

static void registering_asks_the_kernel_for_just_that(void **state)
{
	assert_int_equal(brg_p2p_register(&vfio, 4, 2 * MIB, 8 * MIB), 0);
	assert_int_equal(seen_flags, VFIO_DEVICE_FEATURE_SET |
					     VFIO_DEVICE_FEATURE_P2P_REGISTER);
	assert_int_equal(seen.region_index, 4);
	assert_int_equal(seen.flags, 0);
	assert_int_equal(seen.offset, 2 * MIB);
	assert_int_equal(seen.length, 8 * MIB);
	assert_int_equal(seen.state, 0);
	assert_int_equal(seen.timeout_ms, 0);
}

static void unregistering_asks_for_just_that(void **state)
{
	assert_int_equal(brg_p2p_unregister(&vfio, 4, 1500), 0);
	assert_int_equal(seen.region_index, 4);
	assert_int_equal(seen.flags, VFIO_P2P_REGISTER_FLAG_UNREGISTER);
	assert_int_equal(seen.timeout_ms, 1500);
}

static void the_state_is_told(void **state)
{
	struct brg_p2p_state now;

	assert_int_equal(brg_p2p_query(&vfio, 4, &now), 0);
	assert_int_equal(now.state, VFIO_P2P_STATE_LIVE);
	assert_string_equal(brg_p2p_state_name(now.state), "live");
	assert_string_equal(brg_p2p_state_name(99), "unknown");
}

static void einval_is_taken_apart(void **state)
{
	answer = -EINVAL;
	expect(0, 0, 0, "BAR0 has 16 KiB: too small");
	expect(1, 0, 0, "I/O ports");
	expect(2, 0, 0, "no such BAR; its memory BARs: BAR0 16 KiB, BAR4");
	expect(9, 0, 0, "no such BAR");
	expect(4, 4096, 0, "multiples of 2 MiB");
	expect(4, 0, 5000, "multiples of 2 MiB");
	expect(4, 64 * MIB, 0, "BAR4 has 64 MiB");
	expect(4, 62 * MIB, 4 * MIB, "out of it");
	expect(4, 2 * MIB, UINT64_MAX - 2 * MIB + 1, "out of it");
	expect(4, 0, 0, "refuses");
}

static void each_errno_says_what_to_do(void **state)
{
	static const struct {
		int err;
		const char *part;
	} known[] = {
		{ -EOPNOTSUPP, "CONFIG_ZONE_DEVICE" },
		{ -ENODEV, "not claimed" },
		{ -EEXIST, "registered already" },
		{ -EBUSY, "dma-buf" },
		{ -EPERM, "root" },
		{ -ENOMEM, "no memory" },
		{ -ENOTTY, "this kernel cannot register" },
		{ -EINTR, "Interrupted" },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		answer = known[i].err;
		expect(4, 0, 0, known[i].part);
	}
}

static void eio_tells_memory_decoding_from_low_power(void **state)
{
	answer = -EIO;
	memory_on = 0;
	expect(4, 0, 0, "memory decoding is off");
	memory_on = 1;
	expect(4, 0, 0, "low power");
}

static void unregistering_explains_itself(void **state)
{
	answer = -ENOENT;
	assert_int_equal(brg_p2p_unregister(&vfio, 4, 0), -ENOENT);
	assert_error("BAR4: cannot unregister it: it is not registered");
	answer = -ETIMEDOUT;
	assert_int_equal(brg_p2p_unregister(&vfio, 4, 0), -ETIMEDOUT);
	assert_error("I/O still holds");
}

static void a_kernel_without_the_feature_is_recognised(void **state)
{
	struct brg_p2p_state now;

	answer = -ENOTTY;
	assert_int_equal(brg_p2p_probe(&vfio), -ENOTTY);
	assert_error("P2P_REGISTER patches");
	assert_int_equal(brg_p2p_query(&vfio, 4, &now), -ENOTTY);
	assert_int_equal(brg_p2p_unregister(&vfio, 4, 0), -ENOTTY);
}

static void exporting_a_registered_bar_says_so(void **state)
{
	int fd = -1;

	answer = -EBUSY;
	assert_int_equal(brg_dmabuf_export(&vfio, 4, 0, 4096, &fd), -EBUSY);
	assert_error("registered for P2P");
	assert_int_equal(fd, -1);
	answer = 7;
	assert_int_equal(brg_dmabuf_export(&vfio, 4, 0, 4096, &fd), 0);
	assert_int_equal(fd, 7);
}

static void a_pool_is_read(void **state)
{
	struct brg_p2pmem pool;

	assert_int_equal(brg_p2pmem_read(BDF, &pool), -ENOENT);
	assert_error("no peer-to-peer memory");
	fake_file("bus/pci/devices/" BDF "/p2pmem/size", "67108864\n");
	fake_file("bus/pci/devices/" BDF "/p2pmem/available", "4096\n");
	fake_file("bus/pci/devices/" BDF "/p2pmem/published", "0\n");
	assert_int_equal(brg_p2pmem_read(BDF, &pool), 0);
	assert_int_equal(pool.size_bytes, 64 * MIB);
	assert_int_equal(pool.available_bytes, 4096);
	assert_false(pool.published);
}

#define P2P_TEST(test)                                                         \
	cmocka_unit_test_setup_teardown(test, setup, fake_sysfs_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		P2P_TEST(registering_asks_the_kernel_for_just_that),
		P2P_TEST(unregistering_asks_for_just_that),
		P2P_TEST(the_state_is_told),
		P2P_TEST(einval_is_taken_apart),
		P2P_TEST(each_errno_says_what_to_do),
		P2P_TEST(eio_tells_memory_decoding_from_low_power),
		P2P_TEST(unregistering_explains_itself),
		P2P_TEST(a_kernel_without_the_feature_is_recognised),
		P2P_TEST(exporting_a_registered_bar_says_so),
		P2P_TEST(a_pool_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
