// SPDX-License-Identifier: GPL-2.0-only
/*
 * A physical function (PF) and its virtual functions (VFs), both of users: a reset of
 * the PF takes the VFs with it, and must not do so while P2P memory of theirs is in
 * use. kernel/modules/sriov.c is the device.
 */
#include "pages.h"
#include "reset.h"

#include "fixture.h"
#include "stuck.h"

#include <barrage/clock.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define ENABLE "module/vfio_pci/parameters/enable_sriov"
#define LOST "module/barrage_sriov/parameters/lost"

static const uint8_t token[BRG_VFIO_TOKEN_BYTES] = { 0xba, 0x22, 0xa6, 0xe0 };

static char pf_bdf[BRG_PCI_BDF_BYTES], vf_bdf[BRG_PCI_BDF_BYTES];
static struct guest pf, vf;
static struct reset_call call;
static void *page;

static int set_vfs(const struct guest *guest, const char *nr)
{
	return brg_sysfs_write(nr, "bus/pci/devices/%s/sriov_numvfs",
			       guest->bdf);
}

static int take_vfs_away(const struct guest *guest)
{
	return set_vfs(guest, "0");
}

static int try_open(struct guest *guest)
{
	return brg_vfio_open_with_token(guest->bdf, token, &guest->vfio);
}

static void open_vf(void)
{
	guest_open_function(&vf, vf_bdf, 0, token);
}

static void name_functions(void)
{
	const char *lender = guest_role("LENDER");
	int len = (int)strlen(lender) - 1;

	snprintf(pf_bdf, sizeof(pf_bdf), "%.*s1", len, lender);
	snprintf(vf_bdf, sizeof(vf_bdf), "%.*s2", len, lender);
}

static void drop_page(void)
{
	if (page)
		munmap(page, PAGE);
	page = NULL;
}

static void undo(void)
{
	drop_page();
	pages_close();
	UNDO(brg_sysfs_write("-1", LOST));
	if (vf.bdf)
		UNDO(guest_try_close(&vf));
	if (pf.bdf) {
		UNDO(take_vfs_away(&pf));
		UNDO(guest_try_close(&pf));
	}
	UNDO(brg_sysfs_write("0", ENABLE));
}

/* Both are open: the PF with a token, without which the VF cannot be. */
static int setup(void **state)
{
	fixture_begin(undo);
	name_functions();
	assert_good(brg_sysfs_write("1", ENABLE));
	guest_open_function(&pf, pf_bdf, 0, token);
	assert_good(set_vfs(&pf, "1"));
	open_vf();
	return 0;
}

static int teardown(void **state)
{
	stuck_end();
	reset_call_end(&call);
	return fixture_end();
}

/* P2P memory of its own, in use by the CPU */
static void use_memory(const struct guest *guest)
{
	drop_page();
	page = guest_register_and_touch(guest);
}

static void expect_in_use(void)
{
	assert_int_equal(guest_touch(page, true), 0);
}

static int reset_it(const struct guest *guest)
{
	return reset_vfio.begin(guest);
}

static void resets_of_the_pf_are_refused(void **state)
{
	use_memory(&vf);
	assert_errno(reset_it(&pf), EBUSY);
	assert_errno(reset_flr.begin(&pf), EBUSY);
	expect_in_use();
	guest_expect_state(&vf, VFIO_P2P_STATE_LIVE);
	/* its own is no business of the PF */
	assert_good(reset_it(&vf));
	assert_int_equal(guest_touch(page, true), SIGBUS);
	drop_page();
	page = guest_map(&vf, PAGE);
	expect_in_use();
	guest_unregister(&vf);
	assert_good(reset_it(&pf));
	assert_good(reset_flr.begin(&pf));
	/* and back it is, with its memory */
	use_memory(&vf);
}

static void closing_the_vf_is_enough_for_that(void **state)
{
	use_memory(&vf);
	assert_errno(reset_it(&pf), EBUSY);
	drop_page();
	brg_vfio_close(&vf.vfio);
	assert_good(reset_it(&pf));
}

static void memory_with_struct_pages_counts_likewise(void **state)
{
	pages_export(&vf);
	assert_errno(reset_it(&pf), EBUSY);
	assert_errno(reset_flr.begin(&pf), EBUSY);
	pages_close();
	assert_good(reset_it(&pf));
}

/* The memory of VFs is enabled elsewhere, and the PF stays awake with VFs. */
static void what_is_no_reset_does_not_matter(void **state)
{
	unsigned int power =
		(unsigned int)reset_config_find(&pf, PCI_CAP_ID_PM);

	use_memory(&vf);
	assert_good(reset_memory_off.begin(&pf));
	expect_in_use();
	assert_good(reset_memory_off.end(&pf));
	assert_good(reset_d3hot.begin(&pf));
	expect_in_use();
	assert_int_equal(reset_device_config(&pf, power + PCI_PM_CTRL) &
				 PCI_PM_CTRL_STATE_MASK,
			 0);
	assert_good(reset_d3hot.end(&pf));
	expect_in_use();
}

/* Closing the PF would reset it, and so would opening it. */
static void the_pf_cannot_be_opened_meanwhile(void **state)
{
	use_memory(&vf);
	brg_vfio_close(&pf.vfio);
	expect_in_use();
	assert_errno(try_open(&pf), EBUSY);
	expect_in_use();
	guest_unregister(&vf);
	assert_good(try_open(&pf));
	assert_good(reset_it(&pf));
}

static void await_frozen(const struct guest *guest)
{
	reset_await_state(guest, VFIO_P2P_STATE_FROZEN);
	assert_false(atomic_load(&call.done));
}

/* The reset waits for I/O with the PF's own memory. */
static void a_vf_cannot_register_while_the_pf_is_reset(void **state)
{
	use_memory(&pf);
	stuck_start(page);
	reset_call_start(&call, &pf, reset_it);
	await_frozen(&pf);
	assert_errno(brg_p2p_register(&vf.vfio, vf.bar, 0, 0), EBUSY);
	guest_expect_state(&vf, VFIO_P2P_STATE_NONE);
	assert_errno(pages_get_range(&vf, PAGES_OFFSET, PAGES_LEN), EBUSY);
	stuck_end();
	assert_good(reset_call_end(&call));
	use_memory(&vf);
	/* nothing of what was refused is counted */
	drop_page();
	guest_unregister(&vf);
	assert_good(reset_it(&pf));
}

static void taking_vfs_away_waits_for_io(void **state)
{
	use_memory(&vf);
	stuck_start(page);
	brg_vfio_close(&vf.vfio);
	reset_call_start(&call, &pf, take_vfs_away);
	reset_expect_call_waiting(&call, &vf, "sriov_numvfs");
	stuck_end();
	assert_good(reset_call_end(&call));
	assert_false(guest_has_pool(&vf));
	drop_page();
	assert_good(reset_it(&pf));
	assert_good(set_vfs(&pf, "1"));
	open_vf();
	use_memory(&vf);
}

/* Nobody can refuse that one. The kernel says what it has done. */
static void a_reset_of_the_pf_by_others_is_done_all_the_same(void **state)
{
	use_memory(&vf);
	assert_good(reset_sysfs.begin(&pf));
	guest_expect_state(&vf, VFIO_P2P_STATE_LIVE);
	guest_unregister(&vf);
	assert_good(reset_it(&pf));
}

#define NR_RESETS 20
#define OFTEN_NS (30000 * MS)

/* odd while the VF has memory registered, beyond doubt */
static atomic_uint term;
static atomic_uint nr_done, nr_refused, nr_wrong;

/* What began and ended in one term was done to memory in use, if it was done. */
static int reset_often(const struct guest *guest)
{
	uint64_t end = brg_clock_now_ns() + OFTEN_NS;
	int ret = 0;

	while (atomic_load(&nr_done) < NR_RESETS && brg_clock_left_ms(end) &&
	       (!ret || ret == -EBUSY)) {
		unsigned int before = atomic_load(&term);

		brg_clock_sleep_ns(MS);
		ret = reset_it(guest);
		atomic_fetch_add(ret ? &nr_refused : &nr_done, 1);
		if (!ret && before & 1 && atomic_load(&term) == before)
			atomic_fetch_add(&nr_wrong, 1);
	}
	return ret == -EBUSY ? 0 : ret;
}

static void register_once(void)
{
	int ret = brg_p2p_register(&vf.vfio, vf.bar, 0, 0);

	if (ret) {
		assert_int_equal(ret, -EBUSY);
		return;
	}
	atomic_fetch_add(&term, 1);
	brg_clock_sleep_ns(5 * MS);
	atomic_fetch_add(&term, 1);
	guest_unregister(&vf);
}

static void resets_and_registrations_exclude_each_other(void **state)
{
	atomic_store(&term, 0);
	atomic_store(&nr_done, 0);
	atomic_store(&nr_refused, 0);
	atomic_store(&nr_wrong, 0);
	reset_call_start(&call, &pf, reset_often);
	/* with more and less time for a reset to begin between two */
	for (uint64_t i = 0; !atomic_load(&call.done); i++) {
		register_once();
		brg_clock_sleep_ns(i % 4 * MS);
	}
	assert_good(reset_call_end(&call));
	print_message("# %u registrations, %u resets done, %u refused\n",
		      atomic_load(&term) / 2, atomic_load(&nr_done),
		      atomic_load(&nr_refused));
	assert_int_equal(atomic_load(&nr_wrong), 0);
	assert_true(atomic_load(&term) && atomic_load(&nr_done) &&
		    atomic_load(&nr_refused));
}

/*
 * Linux gives it a minute. Then nobody knows what its memory is: nobody gets any, until
 * the device is found to be in order.
 */
static void one_that_does_not_come_back_gives_out_no_memory(void **state)
{
	use_memory(&vf);
	assert_good(brg_sysfs_write("1", LOST));
	assert_errno(reset_it(&vf), ENOTTY);
	assert_int_equal(guest_touch(page, true), SIGBUS);
	guest_expect_state(&vf, VFIO_P2P_STATE_FROZEN);
	assert_errno(guest_map_errno(&vf, PAGE), EAGAIN);
	guest_unregister(&vf);
	assert_errno(brg_p2p_register(&vf.vfio, vf.bar, 0, 0), EIO);
	/* its PF is another device */
	use_memory(&pf);
	guest_unregister(&pf);
	assert_good(brg_sysfs_write("-1", LOST));
	assert_good(reset_it(&vf));
	use_memory(&vf);
}

/* It is for the user of the PF to say who may have its VFs. */
static void a_token_is_asked_for(void **state)
{
	static const uint8_t wrong[BRG_VFIO_TOKEN_BYTES] = { 1 };
	struct guest other;

	brg_vfio_close(&pf.vfio);
	assert_errno(brg_vfio_open(pf.bdf, &pf.vfio), EACCES);
	brg_vfio_close(&vf.vfio);
	assert_errno(brg_vfio_open(vf.bdf, &vf.vfio), EACCES);
	assert_errno(brg_vfio_open_with_token(vf.bdf, wrong, &vf.vfio), EACCES);
	assert_good(try_open(&vf));
	guest_open(&other, "PROVIDER");
	brg_vfio_close(&other.vfio);
	assert_errno(try_open(&other), EINVAL);
	guest_close(&other);
}

#define VF_TEST(test)                                                          \
	{                                                                      \
		.name = "reset_vf_" #test, .test_func = test,                  \
		.setup_func = setup, .teardown_func = teardown,                \
	}

static const struct CMUnitTest tests[] = {
	VF_TEST(a_token_is_asked_for),
	VF_TEST(resets_of_the_pf_are_refused),
	VF_TEST(closing_the_vf_is_enough_for_that),
	VF_TEST(memory_with_struct_pages_counts_likewise),
	VF_TEST(what_is_no_reset_does_not_matter),
	VF_TEST(the_pf_cannot_be_opened_meanwhile),
	VF_TEST(a_vf_cannot_register_while_the_pf_is_reset),
	VF_TEST(resets_and_registrations_exclude_each_other),
	VF_TEST(one_that_does_not_come_back_gives_out_no_memory),
	VF_TEST(taking_vfs_away_waits_for_io),
	VF_TEST(a_reset_of_the_pf_by_others_is_done_all_the_same),
};

const struct guest_suite guest_reset_vf = GUEST_SUITE(tests);
