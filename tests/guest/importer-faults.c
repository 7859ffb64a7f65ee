// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an importer does when something fails below it: each allocation in turn,
 * and the device's own engine.
 */
#include "importer.h"

#include "fault.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <unistd.h>

/* far more than any call has: what ends a sweep is that nothing fails */
#define MAX_ALLOCATIONS 200

/* the importer's patience with its engine, less what clocks may differ */
#define ENGINE_NS (9500 * IMPORTER_MS)

/* One call, in which one allocation may fail; undone where it did not */
struct step {
	int (*call)(const struct brg_importer *it);
	int (*undo)(const struct brg_importer *it);
};

static int attach(const struct brg_importer *it)
{
	return brg_importer_attach(it, importer_get()->dmabuf,
				   BRG_IMPORTER_REVOCABLE, NULL);
}

static int detach(const struct brg_importer *it)
{
	return brg_importer_detach(it, NULL);
}

static int map(const struct brg_importer *it)
{
	return brg_importer_map(it, BRG_IMPORTER_RW, NULL);
}

static int unmap(const struct brg_importer *it)
{
	return brg_importer_unmap(it, NULL);
}

static int transfer(const struct brg_importer *it)
{
	return importer_dma(it, true, 0, 8);
}

static int load(const struct brg_importer *it)
{
	uint8_t bytes[8];

	return brg_importer_load(it, 0, bytes, sizeof(bytes));
}

static int store(const struct brg_importer *it)
{
	uint8_t bytes[8] = {};

	return brg_importer_store(it, 0, bytes, sizeof(bytes));
}

static int nothing(const struct brg_importer *it)
{
	return 0;
}

/* Returns how many there were to fail. */
static unsigned int sweep(const struct brg_importer *it,
			  const struct step *step, enum fault_kind kind)
{
	unsigned int nth;
	bool failed;
	int ret;

	for (nth = 1; nth < MAX_ALLOCATIONS; nth++) {
		fault_arm(kind, "importer_ioctl", nth);
		ret = step->call(it);
		failed = fault_disarm();
		if (ret)
			assert_errno(ret, ENOMEM);
		else
			assert_good(step->undo(it));
		/* the next one is as if there had been none */
		if (!failed) {
			assert_good(ret);
			return nth - 1;
		}
	}
	fail_msg("more than %d allocations", MAX_ALLOCATIONS);
	return 0;
}

static void importer_each_allocation_may_fail(void **state)
{
	static const struct step attaching = { attach, detach };
	static const struct step mapping = { map, unmap };
	static const struct step moving = { transfer, nothing };
	static const struct step loading = { load, nothing };
	static const struct step storing = { store, nothing };
	const struct brg_importer *it = &importer_get()->it[0];

	importer_export(*state);
	assert_true(sweep(it, &attaching, FAULT_OBJECT) > 0);
	sweep(it, &attaching, FAULT_PAGE);
	assert_good(attach(it));
	assert_true(sweep(it, &mapping, FAULT_OBJECT) > 1);
	sweep(it, &mapping, FAULT_PAGE);
	assert_good(map(it));
	assert_true(sweep(it, &moving, FAULT_OBJECT) > 0);
	assert_true(sweep(it, &loading, FAULT_OBJECT) > 0);
	assert_true(sweep(it, &storing, FAULT_OBJECT) > 0);
	importer_expect_works(*state, it, 0, 1);
}

/* COMMAND of the device, past its driver */
static void set_master(const char *bdf, bool on)
{
	char path[96];
	uint16_t command;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", bdf);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &command, 2, PCI_COMMAND), 2);
	command = (uint16_t)(on ? command | PCI_COMMAND_MASTER :
				  command & ~PCI_COMMAND_MASTER);
	assert_int_equal(pwrite(fd, &command, 2, PCI_COMMAND), 2);
	close(fd);
}

static int transfer_in_thread(void *arg)
{
	return transfer(arg);
}

/* No interrupt: who revokes waits for the importer's patience and no longer. */
static void importer_an_engine_that_hangs_is_given_up(void **state)
{
	const struct guest *guest = *state;
	struct importer *test = importer_get();
	const struct brg_importer *it =
		importer_use(guest, BRG_IMPORTER_REVOCABLE);

	set_master(it->bdf, false);
	importer_start(transfer_in_thread, (void *)it);
	importer_await_dma(it, 1);
	assert_good(brg_dmabuf_revoke(&guest->vfio, test->dmabuf));
	assert_errno(importer_join(), ETIMEDOUT);
	assert_true(importer_await_revoked(it).unmapped_ns >=
		    test->call->begin_ns + ENGINE_NS);
	/* it is not trusted any more, until it is bound anew */
	set_master(it->bdf, true);
	assert_good(brg_importer_detach(it, NULL));
	importer_use(guest, BRG_IMPORTER_REVOCABLE);
	assert_errno(transfer(it), EIO);
	assert_errno(store(it), EIO);
	assert_good(brg_pci_restore(&test->bindings[0]));
	brg_importer_close(&test->it[0]);
	assert_good(brg_pci_bind(guest_role("EDU"), BRG_IMPORTER_DRIVER,
				 &test->bindings[0]));
	assert_good(brg_importer_open(guest_role("EDU"), &test->it[0]));
	importer_use(guest, BRG_IMPORTER_REVOCABLE);
	importer_expect_works(guest, it, 0, 2);
}

static const struct CMUnitTest tests[] = {
	IMPORTER_TEST(importer_each_allocation_may_fail),
	IMPORTER_TEST(importer_an_engine_that_hangs_is_given_up),
};

const struct guest_suite guest_importer_faults = GUEST_SUITE(tests);
