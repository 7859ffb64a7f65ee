// SPDX-License-Identifier: GPL-2.0-only
/* Registering and unregistering, and when that is not possible. */
#include "guest.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

static void an_unregistered_bar_is_in_state_none(void **state)
{
	const struct guest *guest = *state;
	struct brg_p2p_state now;

	assert_good(brg_p2p_query(&guest->vfio, guest->bar, &now));
	assert_int_equal(now.state, VFIO_P2P_STATE_NONE);
	assert_int_equal(now.offset, 0);
	assert_int_equal(now.length, 0);
}

static void a_registered_bar_is_live_with_its_range(void **state)
{
	const struct guest *guest = *state;
	struct brg_p2p_state now;

	assert_good(
		brg_p2p_register(&guest->vfio, guest->bar, 2 * MIB, 6 * MIB));
	assert_good(brg_p2p_query(&guest->vfio, guest->bar, &now));
	assert_int_equal(now.state, VFIO_P2P_STATE_LIVE);
	assert_int_equal(now.offset, 2 * MIB);
	assert_int_equal(now.length, 6 * MIB);
}

static void a_length_of_zero_is_the_rest_of_the_bar(void **state)
{
	const struct guest *guest = *state;
	struct brg_p2p_state now;

	assert_good(brg_p2p_register(&guest->vfio, guest->bar, 2 * MIB, 0));
	assert_good(brg_p2p_query(&guest->vfio, guest->bar, &now));
	assert_int_equal(now.length, guest->bar_bytes - 2 * MIB);
}

static void second_registration_is_eexist(void **state)
{
	const struct guest *guest = *state;
	const struct brg_vfio *vfio = &guest->vfio;

	assert_good(brg_p2p_register(vfio, guest->bar, 2 * MIB, 4 * MIB));
	/* the same, one that overlaps, one beside it, all of it */
	assert_errno(brg_p2p_register(vfio, guest->bar, 2 * MIB, 4 * MIB),
		     EEXIST);
	assert_errno(brg_p2p_register(vfio, guest->bar, 4 * MIB, 4 * MIB),
		     EEXIST);
	assert_errno(brg_p2p_register(vfio, guest->bar, 8 * MIB, 2 * MIB),
		     EEXIST);
	assert_errno(brg_p2p_register(vfio, guest->bar, 0, 0), EEXIST);
	guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
	guest_unregister(guest);
}

static void unregistering_what_is_not_registered_is_enoent(void **state)
{
	const struct guest *guest = *state;

	assert_errno(brg_p2p_unregister(&guest->vfio, guest->bar, 0), ENOENT);
	guest_register(guest);
	guest_unregister(guest);
	assert_errno(brg_p2p_unregister(&guest->vfio, guest->bar, 0), ENOENT);
}

static void another_range_can_follow(void **state)
{
	const struct guest *guest = *state;
	struct brg_p2pmem pool;

	guest_register(guest);
	guest_unregister(guest);
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	assert_good(
		brg_p2p_register(&guest->vfio, guest->bar, 4 * MIB, 2 * MIB));
	assert_good(brg_p2pmem_read(guest->bdf, &pool));
	assert_int_equal(pool.size_bytes, 2 * MIB);
}

static void set_capability(unsigned int cap, bool on)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	assert_int_equal(syscall(SYS_capget, &head, data), 0);
	if (on)
		data[CAP_TO_INDEX(cap)].effective |= CAP_TO_MASK(cap);
	else
		data[CAP_TO_INDEX(cap)].effective &= ~CAP_TO_MASK(cap);
	assert_int_equal(syscall(SYS_capset, &head, data), 0);
}

static void without_cap_sys_admin_it_is_eperm(void **state)
{
	const struct guest *guest = *state;
	int ret;

	set_capability(CAP_SYS_ADMIN, false);
	ret = brg_p2p_register(&guest->vfio, guest->bar, 0, 0);
	set_capability(CAP_SYS_ADMIN, true);
	assert_errno(ret, EPERM);
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	guest_register(guest);
}

static void memory_decoding_off_is_eio(void **state)
{
	const struct guest *guest = *state;

	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_errno(brg_p2p_register(&guest->vfio, guest->bar, 0, 0), EIO);
	assert_error("memory decoding is off");
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	guest_register(guest);
}

static void low_power_is_eio(void **state)
{
	const struct guest *guest = *state;

	assert_good(brg_vfio_feature(
		&guest->vfio,
		VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
		NULL, 0));
	assert_errno(guest_set(guest,
			       (struct vfio_device_feature_p2p_register){
				       .region_index = guest->bar }),
		     EIO);
	assert_good(brg_vfio_feature(&guest->vfio,
				     VFIO_DEVICE_FEATURE_SET |
					     VFIO_DEVICE_FEATURE_LOW_POWER_EXIT,
				     NULL, 0));
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	guest_register(guest);
}

static void two_devices_are_independent(void **state)
{
	const struct guest *guest = *state;
	const struct guest *other = guest_second("PMR");
	struct brg_p2pmem pool;

	guest_register(guest);
	guest_register(other);
	guest_unregister(guest);
	guest_expect_state(other, VFIO_P2P_STATE_LIVE);
	assert_good(brg_p2pmem_read(other->bdf, &pool));
	assert_int_equal(pool.size_bytes, other->bar_bytes);
	assert_good(guest_map_errno(other, PAGE));
	assert_false(guest_has_pool(guest));
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(an_unregistered_bar_is_in_state_none),
	GUEST_TEST(a_registered_bar_is_live_with_its_range),
	GUEST_TEST(a_length_of_zero_is_the_rest_of_the_bar),
	GUEST_TEST(second_registration_is_eexist),
	GUEST_TEST(unregistering_what_is_not_registered_is_enoent),
	GUEST_TEST(another_range_can_follow),
	GUEST_TEST(without_cap_sys_admin_it_is_eperm),
	GUEST_TEST(memory_decoding_off_is_eio),
	GUEST_TEST(low_power_is_eio),
	GUEST_TEST(two_devices_are_independent),
};

const struct guest_suite guest_registration = GUEST_SUITE(tests);
