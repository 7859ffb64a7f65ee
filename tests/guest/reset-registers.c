// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes to configuration space that take the memory off the bus, of every
 * width, and those beside them that do not.
 */
#include "reset.h"

#include "stuck.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define TIMEOUT_MS 100

struct write {
	uint8_t capability; /* 0: the header */
	unsigned int offset; /* in it */
	unsigned int register_offset; /* of the 16 bits that are judged */
	unsigned int bytes;
	uint16_t mask;
	uint16_t bits;
	bool device; /* a register that the device has too, not only VFIO */
};

static const struct write memory_off[] = {
	{ 0, PCI_COMMAND, PCI_COMMAND, 1, PCI_COMMAND_MEMORY, 0, true },
	{ 0, PCI_COMMAND, PCI_COMMAND, 2, PCI_COMMAND_MEMORY, 0, true },
	{ 0, PCI_COMMAND, PCI_COMMAND, 4, PCI_COMMAND_MEMORY, 0, true },
	/* with another bit, which must not be set either */
	{ 0, PCI_COMMAND, PCI_COMMAND, 2,
	  PCI_COMMAND_MEMORY | PCI_COMMAND_PARITY, PCI_COMMAND_PARITY, true },
};

static const struct write d3hot[] = {
	{ PCI_CAP_ID_PM, PCI_PM_CTRL, PCI_PM_CTRL, 1, 3, 3, true },
	{ PCI_CAP_ID_PM, PCI_PM_CTRL, PCI_PM_CTRL, 2, 3, 3, true },
	{ PCI_CAP_ID_PM, PCI_PM_CTRL, PCI_PM_CTRL, 4, 3, 3, true },
};

static const struct write flr[] = {
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL + 1, PCI_EXP_DEVCTL, 1, 0x80, 0x80 },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL, 2,
	  PCI_EXP_DEVCTL_BCR_FLR, PCI_EXP_DEVCTL_BCR_FLR },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL, 4,
	  PCI_EXP_DEVCTL_BCR_FLR, PCI_EXP_DEVCTL_BCR_FLR },
	/* with another read request size */
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL, 2,
	  PCI_EXP_DEVCTL_BCR_FLR | PCI_EXP_DEVCTL_READRQ,
	  PCI_EXP_DEVCTL_BCR_FLR | PCI_EXP_DEVCTL_READRQ_4096B },
};

static const struct write af_flr[] = {
	{ PCI_CAP_ID_AF, PCI_AF_CTRL, PCI_AF_CTRL, 1, PCI_AF_CTRL_FLR,
	  PCI_AF_CTRL_FLR },
	{ PCI_CAP_ID_AF, PCI_AF_CTRL, PCI_AF_CTRL, 2, PCI_AF_CTRL_FLR,
	  PCI_AF_CTRL_FLR },
};

static unsigned int find(const struct guest *guest, const struct write *w)
{
	int at = w->capability ? reset_config_find(guest, w->capability) : 0;

	assert_true(at >= 0);
	return (unsigned int)at;
}

static int do_write(const struct guest *guest, const struct write *w)
{
	unsigned int at = find(guest, w) + w->offset;
	uint32_t value = 0;

	assert_good(brg_vfio_read(&guest->vfio, VFIO_PCI_CONFIG_REGION_INDEX,
				  at, &value, w->bytes));
	value = (value & ~(uint32_t)w->mask) | w->bits;
	return brg_vfio_write(&guest->vfio, VFIO_PCI_CONFIG_REGION_INDEX, at,
			      &value, w->bytes);
}

/* as VFIO shows it, and as the device has it */
static uint32_t read_both(const struct guest *guest, const struct write *w)
{
	unsigned int at = find(guest, w) + w->register_offset;
	int shown = reset_config_read(guest, at);

	assert_true(shown >= 0);
	return (uint32_t)shown << 16 |
	       (w->device ? reset_device_config(guest, at) : 0);
}

static void check_refused(struct reset *r, const struct write *list, size_t nr)
{
	const struct guest *guest = &r->guest;
	uint32_t before;
	uint8_t *page;
	size_t i;

	reset_register(r, TIMEOUT_MS);
	for (i = 0; i < nr; i++) {
		page = guest_map(guest, PAGE);
		stuck_start(page);
		before = read_both(guest, &list[i]);
		assert_errno(do_write(guest, &list[i]), EBUSY);
		assert_int_equal(read_both(guest, &list[i]), before);
		assert_true(reset_marker_is_set(guest));
		guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
		stuck_end();
		munmap(page, PAGE);
	}
	reset_expect_alive(r);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void a_refused_write_leaves_command_alone(void **state)
{
	check_refused(*state, memory_off, COUNT(memory_off));
}

static void a_refused_write_leaves_pmcsr_alone(void **state)
{
	check_refused(*state, d3hot, COUNT(d3hot));
}

static void a_refused_write_leaves_devctl_alone(void **state)
{
	check_refused(*state, flr, COUNT(flr));
}

static void a_refused_write_leaves_af_ctrl_alone(void **state)
{
	check_refused(*state, af_flr, COUNT(af_flr));
}

/* Nothing here concerns the memory: its mappings stay, and nobody waits. */
static const struct write harmless[] = {
	{ 0, PCI_COMMAND, PCI_COMMAND, 2, 0, 0, true },
	{ 0, PCI_COMMAND, PCI_COMMAND, 2, PCI_COMMAND_PARITY,
	  PCI_COMMAND_PARITY, true },
	{ 0, PCI_COMMAND, PCI_COMMAND, 1, PCI_COMMAND_PARITY, 0, true },
	{ 0, PCI_COMMAND + 1, PCI_COMMAND, 1, PCI_COMMAND_INTX_DISABLE >> 8,
	  PCI_COMMAND_INTX_DISABLE >> 8, true },
	{ PCI_CAP_ID_PM, PCI_PM_CTRL, PCI_PM_CTRL, 2, 3, 0, true },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL, 2,
	  PCI_EXP_DEVCTL_READRQ, PCI_EXP_DEVCTL_READRQ_1024B },
};

static void other_writes_disturb_nobody(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint8_t *page, *other;
	size_t i;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	other = guest_map(guest, PAGE);
	assert_int_equal(guest_touch(other, true), 0);
	stuck_start(page);
	for (i = 0; i < COUNT(harmless); i++) {
		assert_good(do_write(guest, &harmless[i]));
		assert_int_equal(guest_touch(other, false), 0);
		assert_int_equal(*(volatile uint8_t *)other, 0x5a);
	}
	guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
	assert_true(reset_marker_is_set(guest));
	stuck_end();
	munmap(page, PAGE);
	munmap(other, PAGE);
	reset_expect_alive(r);
}

/* what is on, and is turned on again */
static void turning_on_what_is_on_disturbs_nobody(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint8_t *page;

	page = guest_register_and_touch(guest);
	stuck_start(page);
	assert_good(r->path->end(guest));
	assert_int_equal(guest_touch(page, false), 0);
	guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
	stuck_end();
	munmap(page, PAGE);
	reset_expect_alive(r);
}

/* of kernel/modules/af.c: past VFIO, which does it in another way */
static void of_the_device_itself_resets_it(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	struct reset_bars now, before = reset_get_bars(guest);
	uint16_t command = reset_device_config(guest, PCI_COMMAND);
	int at = reset_config_find(guest, PCI_CAP_ID_AF);
	int fd = reset_open_config(guest, O_WRONLY);
	const uint8_t start = PCI_AF_CTRL_FLR;

	assert_true(at > 0);
	assert_true(command & PCI_COMMAND_MEMORY);
	assert_int_equal(pwrite(fd, &start, 1, at + PCI_AF_CTRL), 1);
	assert_false(reset_device_config(guest, PCI_COMMAND) &
		     PCI_COMMAND_MEMORY);
	now = reset_get_bars(guest);
	assert_memory_not_equal(&now, &before, sizeof(now));
	reset_set_bars(guest, &before);
	assert_int_equal(pwrite(fd, &command, sizeof(command), PCI_COMMAND),
			 sizeof(command));
	close(fd);
	reset_marker_set(guest);
	guest_register(guest);
	reset_expect_alive(r);
}

static const struct CMUnitTest tests[] = {
	RESET_TEST(reset_memory_off, a_refused_write_leaves_command_alone),
	RESET_TEST(reset_memory_off_pmr, a_refused_write_leaves_command_alone),
	RESET_TEST(reset_d3hot, a_refused_write_leaves_pmcsr_alone),
	RESET_TEST(reset_flr, a_refused_write_leaves_devctl_alone),
	RESET_TEST(reset_flr, other_writes_disturb_nobody),
	RESET_TEST(reset_af_flr, a_refused_write_leaves_af_ctrl_alone),
	RESET_TEST(reset_af_flr, of_the_device_itself_resets_it),
	RESET_TEST(reset_memory_off, turning_on_what_is_on_disturbs_nobody),
	RESET_TEST(reset_d3hot, turning_on_what_is_on_disturbs_nobody),
	RESET_TEST(reset_low_power, turning_on_what_is_on_disturbs_nobody),
};

const struct guest_suite guest_reset_registers = GUEST_SUITE(tests);
