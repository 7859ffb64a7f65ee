// SPDX-License-Identifier: GPL-2.0-only
#include "importer.h"

#include "fixture.h"
#include "ioas.h"

#include <barrage/clock.h>
#include <barrage/dmabuf.h>

#include <errno.h>
#include <unistd.h>

#define JOIN_NS (60000 * IMPORTER_MS)
#define POLL_NS (2 * IMPORTER_MS)

static const char *const roles[] = { "EDU", "OTHER_EDU" };
static const size_t role_of[IMPORTER_MAX] = { 0, 0, 1 };

static struct importer importer = {
	.it = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 } },
	.dmabuf = -1,
};

struct importer *importer_get(void)
{
	return &importer;
}

static void close_dmabuf(void)
{
	if (importer.dmabuf >= 0)
		close(importer.dmabuf);
	importer.dmabuf = -1;
}

static void undo(void)
{
	bool ended = importer_end_call();
	size_t i;

	for (i = 0; i < IMPORTER_MAX; i++)
		brg_importer_close(&importer.it[i]);
	if (!ended)
		fixture_note(
			"a call did not end while the importers were open");
	if (!ended && !importer_end_call()) {
		fixture_note("nor did it afterwards");
		/* the next test has its own; the thread writes to this one */
		importer.call = NULL;
	}
	close_dmabuf();
	for (i = 0; i < 2; i++)
		UNDO(brg_pci_restore(&importer.bindings[i]));
	guest_undo();
}

int importer_setup(void **state)
{
	size_t i;

	guest_begin(state, undo);
	for (i = 0; i < 2; i++)
		assert_good(brg_pci_bind(guest_role(roles[i]),
					 BRG_IMPORTER_DRIVER,
					 &importer.bindings[i]));
	for (i = 0; i < IMPORTER_MAX; i++)
		assert_good(brg_importer_open(guest_role(roles[role_of[i]]),
					      &importer.it[i]));
	return 0;
}

int importer_export(const struct guest *guest)
{
	close_dmabuf();
	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, IMPORTER_OFFSET,
				      IMPORTER_LEN, &importer.dmabuf));
	return importer.dmabuf;
}

const struct brg_importer *importer_attach(size_t which,
					   enum brg_importer_mode mode)
{
	const struct brg_importer *it = &importer.it[which];

	assert_good(brg_importer_attach(it, importer.dmabuf, mode, NULL));
	assert_good(brg_importer_map(it, BRG_IMPORTER_RW, NULL));
	return it;
}

const struct brg_importer *importer_use(const struct guest *guest,
					enum brg_importer_mode mode)
{
	importer_export(guest);
	return importer_attach(0, mode);
}

void importer_expect_works(const struct guest *guest,
			   const struct brg_importer *it, uint64_t offset,
			   uint64_t seed)
{
	uint8_t sent[IMPORTER_BYTES], found[IMPORTER_BYTES];
	const uint64_t at = IMPORTER_OFFSET + offset;

	ioas_fill(sent, sizeof(sent), 2 * seed);
	assert_good(brg_importer_write(it, offset, sent, sizeof(sent)));
	ioas_expect_bar(guest, at, sent, sizeof(sent));
	ioas_fill(sent, sizeof(sent), 2 * seed + 1);
	ioas_bar_write(guest, at, sent, sizeof(sent));
	memset(found, 0, sizeof(found));
	assert_good(brg_importer_read(it, offset, found, sizeof(found)));
	assert_memory_equal(found, sent, sizeof(found));
}

struct brg_importer_status importer_status(const struct brg_importer *it)
{
	struct brg_importer_status status;

	assert_good(brg_importer_status(it, &status));
	return status;
}

struct brg_importer_status importer_await_revoked(const struct brg_importer *it)
{
	const uint64_t end = brg_clock_now_ns() + JOIN_NS;
	struct brg_importer_status status;

	while ((status = importer_status(it)).state != BRG_IMPORTER_REVOKED) {
		assert_true(brg_clock_left_ms(end) > 0);
		brg_clock_sleep_ns(POLL_NS);
	}
	return status;
}

void importer_expect_state(const struct brg_importer *it,
			   enum brg_importer_state state)
{
	static const char *const names[] = { "detached", "attached", "mapped",
					     "invalidated", "revoked" };

	assert_string_equal(names[importer_status(it).state], names[state]);
}

int importer_dma(const struct brg_importer *it, bool to_dmabuf, uint64_t offset,
		 uint32_t length)
{
	struct brg_importer_dma dma = {
		.to_dmabuf = to_dmabuf,
		.offset = offset,
		.length_bytes = length,
	};

	return brg_importer_dma(it, &dma);
}

void importer_await_dma(const struct brg_importer *it, uint64_t nr)
{
	const uint64_t end = brg_clock_now_ns() + JOIN_NS;

	while (importer_status(it).nr_dmas < nr) {
		assert_true(brg_clock_left_ms(end) > 0);
		brg_clock_sleep_ns(POLL_NS);
	}
}

/* One that the IOMMU has to stop, in the direction of the flag */
static void misbehave(const struct brg_importer *it, bool to_dmabuf)
{
	struct brg_importer_dma dma = {
		.to_dmabuf = to_dmabuf,
		.stale = true,
		.length_bytes = IMPORTER_STALE_BYTES,
	};

	guest_provoke_fault();
	assert_good(brg_importer_dma(it, &dma));
	guest_expect_fault(it->bdf, to_dmabuf, dma.first);
}

void importer_expect_stopped(const struct guest *guest,
			     const struct brg_importer *it)
{
	uint8_t bar[IMPORTER_STALE_BYTES], sent[IMPORTER_STALE_BYTES],
		found[IMPORTER_STALE_BYTES];

	ioas_fill(bar, sizeof(bar), 0xba7);
	ioas_fill(sent, sizeof(sent), 0x5e27);
	assert_memory_not_equal(bar, sent, sizeof(bar));
	ioas_bar_write(guest, IMPORTER_OFFSET, bar, sizeof(bar));
	assert_good(brg_importer_store(it, 0, sent, sizeof(sent)));
	misbehave(it, true);
	ioas_expect_bar(guest, IMPORTER_OFFSET, bar, sizeof(bar));
	misbehave(it, false);
	assert_good(brg_importer_load(it, 0, found, sizeof(found)));
	/* what the device got instead is not for us to say */
	assert_memory_not_equal(found, bar, sizeof(found));
}
