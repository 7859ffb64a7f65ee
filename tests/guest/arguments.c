// SPDX-License-Identifier: GPL-2.0-only
/* What VFIO_DEVICE_FEATURE_P2P_REGISTER takes, and what is malformed. */
#include "guest.h"

#include <errno.h>

#define HEAD sizeof(struct vfio_device_feature)
#define WHOLE (HEAD + sizeof(struct vfio_device_feature_p2p_register))

static const uint32_t get = VFIO_DEVICE_FEATURE_GET;
static const uint32_t set = VFIO_DEVICE_FEATURE_SET;
static const uint32_t probe = VFIO_DEVICE_FEATURE_PROBE;

static void the_feature_can_be_probed(void **state)
{
	const struct guest *guest = *state;

	assert_good(guest_feature(guest, probe | get, HEAD, NULL));
	assert_good(guest_feature(guest, probe | set, HEAD, NULL));
	assert_good(guest_feature(guest, probe | get | set, HEAD, NULL));
	assert_good(brg_p2p_probe(&guest->vfio));
}

static void a_longer_argument_is_taken(void **state)
{
	struct vfio_device_feature_p2p_register reg = {};
	const struct guest *guest = *state;

	reg.region_index = guest->bar;
	assert_good(guest_feature(guest, get, WHOLE + 32, &reg));
	assert_good(guest_feature(guest, set, WHOLE + 32, &reg));
	guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
}

static void a_short_argument_is_einval(void **state)
{
	static const uint32_t sizes[] = { 0,	    4,	       HEAD,
					  HEAD + 8, WHOLE - 8, WHOLE - 1 };
	struct vfio_device_feature_p2p_register reg = {};
	const struct guest *guest = *state;
	size_t i;

	reg.region_index = guest->bar;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_errno(guest_feature(guest, get, sizes[i], &reg), EINVAL);
		assert_errno(guest_feature(guest, set, sizes[i], &reg), EINVAL);
	}
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
}

static void get_and_set_at_once_is_einval(void **state)
{
	struct vfio_device_feature_p2p_register reg = {};
	const struct guest *guest = *state;

	reg.region_index = guest->bar;
	assert_errno(guest_feature(guest, get | set, WHOLE, &reg), EINVAL);
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
}

static void what_is_no_bar_is_einval(void **state)
{
	static const uint32_t indices[] = {
		VFIO_PCI_ROM_REGION_INDEX,
		VFIO_PCI_CONFIG_REGION_INDEX,
		VFIO_PCI_VGA_REGION_INDEX,
		VFIO_PCI_NUM_REGIONS,
		0x10000,
		0x80000000,
		UINT32_MAX,
	};
	struct vfio_device_feature_p2p_register reg = {};
	const struct guest *guest = *state;
	size_t i;

	for (i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
		reg.region_index = indices[i];
		reg.flags = 0;
		assert_errno(guest_feature(guest, get, WHOLE, &reg), EINVAL);
		assert_errno(guest_set(guest, reg), EINVAL);
		reg.flags = VFIO_P2P_REGISTER_FLAG_UNREGISTER;
		assert_errno(guest_set(guest, reg), EINVAL);
	}
}

/* BAR1 is not there, and the upper half of a 64-bit BAR is no BAR */
static void a_bar_that_is_not_there_is_enodev(void **state)
{
	struct vfio_device_feature_p2p_register reg = {};
	const struct guest *guest = *state;
	struct brg_pci pci;
	unsigned int nr = 0;

	assert_good(brg_pci_read(guest->bdf, &pci));
	for (reg.region_index = 0; reg.region_index < BRG_PCI_NR_BARS;
	     reg.region_index++) {
		if (pci.bars[reg.region_index].size_bytes)
			continue;
		assert_errno(guest_set(guest, reg), ENODEV);
		nr++;
	}
	assert_true(nr >= 2);
}

static void a_bar_that_is_too_small_is_einval(void **state)
{
	struct vfio_device_feature_p2p_register reg = {};
	const struct guest *guest = *state;
	struct brg_pci pci;
	unsigned int nr = 0;

	assert_good(brg_pci_read(guest->bdf, &pci));
	for (reg.region_index = 0; reg.region_index < BRG_PCI_NR_BARS;
	     reg.region_index++) {
		if (!pci.bars[reg.region_index].size_bytes ||
		    pci.bars[reg.region_index].size_bytes >= BRG_P2P_ALIGN)
			continue;
		assert_errno(guest_set(guest, reg), EINVAL);
		nr++;
	}
	assert_true(nr >= 1);
}

static void unknown_flags_are_einval(void **state)
{
	static const uint32_t flags[] = { 2, 3, 4, 0x80000000, UINT32_MAX };
	struct vfio_device_feature_p2p_register reg = {};
	const struct guest *guest = *state;
	size_t i;

	reg.region_index = guest->bar;
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		reg.flags = flags[i];
		assert_errno(guest_set(guest, reg), EINVAL);
		assert_errno(guest_feature(guest, get, WHOLE, &reg), EINVAL);
	}
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
}

static void a_range_that_does_not_fit_is_einval(void **state)
{
	const struct guest *guest = *state;
	const uint64_t all = guest->bar_bytes;
	const struct {
		uint64_t offset, length;
	} bad[] = {
		{ 1, 0 },
		{ PAGE, 0 },
		{ MIB, MIB },
		{ 2 * MIB - PAGE, 2 * MIB },
		{ 0, 1 },
		{ 0, PAGE },
		{ 0, 2 * MIB + PAGE },
		{ all, 0 },
		{ all, 2 * MIB },
		{ all + 2 * MIB, 0 },
		{ 0, all + 2 * MIB },
		{ all - 2 * MIB, 4 * MIB },
		{ 2 * MIB, all },
		/* offset + length wraps to something small */
		{ 2 * MIB, UINT64_MAX - 2 * MIB + 1 },
		{ 4 * MIB, UINT64_MAX - 2 * MIB + 1 },
		{ UINT64_MAX - 2 * MIB + 1, 2 * MIB },
		{ UINT64_MAX - 2 * MIB + 1, 0 },
		{ UINT64_MAX, UINT64_MAX },
		{ 1ull << 63, 1ull << 63 },
	};
	struct vfio_device_feature_p2p_register reg = {};
	size_t i;

	reg.region_index = guest->bar;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		reg.offset = bad[i].offset;
		reg.length = bad[i].length;
		if (guest_set(guest, reg) != -EINVAL)
			fail_msg("offset %#llx, length %#llx was not EINVAL",
				 (unsigned long long)reg.offset,
				 (unsigned long long)reg.length);
	}
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	assert_false(guest_has_pool(guest));
}

static void fields_without_a_meaning_must_be_zero(void **state)
{
	struct vfio_device_feature_p2p_register reg = {};
	const struct guest *guest = *state;

	reg.region_index = guest->bar;
	reg.state = 1;
	assert_errno(guest_set(guest, reg), EINVAL);
	reg.state = 0;
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);

	guest_register(guest);
	reg.flags = VFIO_P2P_REGISTER_FLAG_UNREGISTER;
	reg.offset = 2 * MIB;
	assert_errno(guest_set(guest, reg), EINVAL);
	reg.offset = 0;
	reg.length = 2 * MIB;
	assert_errno(guest_set(guest, reg), EINVAL);
	reg.length = 0;
	reg.state = 1;
	assert_errno(guest_set(guest, reg), EINVAL);
	guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(the_feature_can_be_probed),
	GUEST_TEST(a_longer_argument_is_taken),
	GUEST_TEST(a_short_argument_is_einval),
	GUEST_TEST(get_and_set_at_once_is_einval),
	GUEST_TEST(what_is_no_bar_is_einval),
	GUEST_TEST(a_bar_that_is_not_there_is_enodev),
	GUEST_TEST(a_bar_that_is_too_small_is_einval),
	GUEST_TEST(unknown_flags_are_einval),
	GUEST_TEST(a_range_that_does_not_fit_is_einval),
	GUEST_TEST(fields_without_a_meaning_must_be_zero),
};

const struct guest_suite guest_arguments = GUEST_SUITE(tests);
