// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that imports a dma-buf does DMA to and from it. All data are compared
 * at the far end, by the CPU and by the observer outside of the machine.
 */
#include "importer.h"

#include "host.h"
#include "ioas.h"

#include <barrage/dmabuf.h>
#include <barrage/quirk.h>
#include <barrage/udmabuf.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static void importer_dma_goes_both_ways_when_pinned(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);

	importer_expect_works(*state, it, 0, 1);
	importer_expect_works(*state, it, IMPORTER_LEN - IMPORTER_BYTES, 2);
}

static void importer_dma_goes_both_ways_when_dynamic(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_DYNAMIC);

	importer_expect_works(*state, it, 0, 3);
	importer_expect_works(*state, it, 7 * PAGE + 8, 4);
}

static void importer_dma_crosses_pages(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);

	importer_expect_works(*state, it, 3 * PAGE - IMPORTER_BYTES / 2, 5);
}

/* Each byte of it, and none beside it */
static void importer_dma_writes_what_it_should_and_no_more(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);
	const uint64_t at = IMPORTER_OFFSET + 5 * PAGE;
	uint8_t bar[PAGE], sent[3] = { 0x11, 0x22, 0x33 };

	ioas_fill(bar, PAGE, 6);
	ioas_bar_write(*state, at, bar, PAGE);
	assert_good(brg_importer_write(it, 5 * PAGE + 1001, sent, 3));
	memcpy(bar + 1001, sent, 3);
	ioas_expect_bar(*state, at, bar, PAGE);
}

static void importer_whole_pages_are_moved(void **state)
{
	const struct brg_importer *it =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);
	uint8_t sent[PAGE], found[PAGE];

	ioas_fill(sent, PAGE, 7);
	assert_good(brg_importer_write(it, 2 * PAGE, sent, PAGE));
	ioas_expect_bar(*state, IMPORTER_OFFSET + 2 * PAGE, sent, PAGE);
	assert_good(brg_importer_read(it, 2 * PAGE, found, PAGE));
	assert_memory_equal(found, sent, PAGE);
}

static void importer_ranges_follow_one_another(void **state)
{
	static const struct brg_dmabuf_range ranges[] = {
		{ 20 * MIB, PAGE },
		{ 9 * MIB, 2 * PAGE },
		{ 30 * MIB, PAGE },
		{ 9 * MIB, PAGE },
	};
	const struct guest *guest = *state;
	struct importer *test = importer_get();
	const struct brg_importer *it;
	struct brg_importer_range mapped[8];
	uint8_t sent[IMPORTER_BYTES], part[2048];
	uint64_t bytes = 0;
	int i, nr;

	assert_good(brg_dmabuf_export_ranges(&guest->vfio, guest->bar, ranges,
					     4, 0, &test->dmabuf));
	it = importer_attach(0, BRG_IMPORTER_REVOCABLE);
	nr = brg_importer_ranges(it, mapped, 8);
	assert_in_range(nr, 1, 4);
	for (i = 0; i < nr; i++)
		bytes += mapped[i].length_bytes;
	assert_int_equal(bytes, 5 * PAGE);

	ioas_fill(sent, sizeof(sent), 8);
	assert_good(brg_importer_write(it, 0, sent, sizeof(sent)));
	ioas_expect_bar(guest, 20 * MIB, sent, sizeof(sent));
	assert_good(brg_importer_write(it, 2 * PAGE, sent, sizeof(sent)));
	ioas_expect_bar(guest, 9 * MIB + PAGE, sent, sizeof(sent));
	/* from the end of one range to the begin of the next */
	ioas_fill(part, sizeof(part), 9);
	assert_good(
		brg_importer_write(it, 3 * PAGE - 1024, part, sizeof(part)));
	ioas_expect_bar(guest, 9 * MIB + 2 * PAGE - 1024, part, 1024);
	ioas_expect_bar(guest, 30 * MIB, part + 1024, 1024);
	/* the same memory twice */
	assert_good(brg_importer_write(it, 4 * PAGE, sent, sizeof(sent)));
	ioas_expect_bar(guest, 9 * MIB, sent, sizeof(sent));
	memset(part, 0, sizeof(part));
	assert_good(brg_importer_read(it, PAGE, part, sizeof(sent)));
	assert_memory_equal(part, sent, sizeof(sent));
}

static void importer_the_device_may_do_what_was_asked_for_only(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *it = &importer_get()->it[0];
	uint8_t bar[IMPORTER_BYTES];
	struct brg_importer_dma dma = {
		.to_dmabuf = true,
		.stale = true,
		.offset = PAGE,
		.length_bytes = IMPORTER_STALE_BYTES,
	};

	assert_good(brg_importer_attach(it, importer_export(guest),
					BRG_IMPORTER_REVOCABLE, NULL));
	assert_good(brg_importer_map(it, BRG_IMPORTER_READ, NULL));
	ioas_fill(bar, sizeof(bar), 10);
	ioas_bar_write(guest, IMPORTER_OFFSET + PAGE, bar, sizeof(bar));
	assert_good(importer_dma(it, false, 0, IMPORTER_BYTES));
	assert_errno(importer_dma(it, true, PAGE, IMPORTER_BYTES), EACCES);
	/*
	 * It does so all the same: the IOMMU knows better. QEMU's tells of it
	 * only where it has not seen the page before.
	 */
	assert_good(brg_importer_store(it, 0, "other", 6));
	guest_provoke_fault();
	assert_good(brg_importer_dma(it, &dma));
	guest_expect_fault(it->bdf, true, dma.first);
	ioas_expect_bar(guest, IMPORTER_OFFSET + PAGE, bar, sizeof(bar));
}

static void importer_two_see_the_same_memory(void **state)
{
	uint8_t sent[IMPORTER_BYTES], found[IMPORTER_BYTES];
	const struct brg_importer *one =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);
	const struct brg_importer *other =
		importer_attach(2, BRG_IMPORTER_DYNAMIC);

	ioas_fill(sent, sizeof(sent), 11);
	assert_good(brg_importer_write(one, 0, sent, sizeof(sent)));
	assert_good(brg_importer_read(other, 0, found, sizeof(found)));
	assert_memory_equal(found, sent, sizeof(found));
	importer_expect_works(*state, other, PAGE, 12);
	importer_expect_works(*state, one, PAGE, 13);
}

/* From one BAR to another by a device that imports both */
static void importer_data_goes_from_one_bar_to_another(void **state)
{
	const struct guest *other = guest_second("PMR");
	const struct brg_importer *from =
		importer_use(*state, BRG_IMPORTER_REVOCABLE);
	const struct brg_importer *to = &importer_get()->it[1];
	uint8_t sent[IMPORTER_BYTES];
	struct brg_pci pci;
	int fd;

	assert_good(brg_pci_read(other->bdf, &pci));
	assert_good(brg_quirk_prepare(&other->vfio, &pci, other->bar));
	ioas_fill(sent, sizeof(sent), 14);
	ioas_bar_write(*state, IMPORTER_OFFSET, sent, sizeof(sent));
	assert_good(brg_dmabuf_export(&other->vfio, other->bar, 0, PAGE, &fd));
	assert_good(brg_importer_attach(to, fd, BRG_IMPORTER_REVOCABLE, NULL));
	close(fd);
	assert_good(brg_importer_map(to, BRG_IMPORTER_WRITE, NULL));
	assert_good(importer_dma(from, false, 0, IMPORTER_BYTES));
	assert_good(importer_dma(to, true, 100, IMPORTER_BYTES));
	assert_good(host_holds("pmr", 100, sent, sizeof(sent)));
	brg_importer_close(&importer_get()->it[1]);
}

/* The baseline: what is not of a BAR takes all kinds of importers */
static void importer_host_memory_takes_every_mode(void **state)
{
	const struct brg_importer *it = &importer_get()->it[0];
	uint8_t sent[IMPORTER_BYTES], found[IMPORTER_BYTES];
	static const struct brg_dmabuf_range range = { 0, 4 * PAGE };
	enum brg_importer_mode mode;
	uint8_t *host;
	int memfd, fd;

	assert_good(brg_udmabuf_memfd(4 * PAGE, &memfd));
	assert_good(brg_udmabuf_create(memfd, &range, 1, &fd));
	host = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, memfd, 0);
	close(memfd);
	assert_true(host != MAP_FAILED);
	for (mode = BRG_IMPORTER_REVOCABLE; mode <= BRG_IMPORTER_NO_PEERS;
	     mode++) {
		assert_good(brg_importer_attach(it, fd, mode, NULL));
		assert_good(brg_importer_map(it, BRG_IMPORTER_RW, NULL));
		ioas_fill(sent, sizeof(sent), 20 + mode);
		assert_good(
			brg_importer_write(it, PAGE - 700, sent, sizeof(sent)));
		assert_memory_equal(host + PAGE - 700, sent, sizeof(sent));
		assert_good(brg_importer_read(it, PAGE - 700, found,
					      sizeof(found)));
		assert_memory_equal(found, sent, sizeof(found));
		assert_good(brg_importer_detach(it, NULL));
	}
	munmap(host, 4 * PAGE);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	IMPORTER_TEST(importer_dma_goes_both_ways_when_pinned),
	IMPORTER_TEST(importer_dma_goes_both_ways_when_dynamic),
	IMPORTER_TEST(importer_dma_crosses_pages),
	IMPORTER_TEST(importer_dma_writes_what_it_should_and_no_more),
	IMPORTER_TEST(importer_whole_pages_are_moved),
	IMPORTER_TEST(importer_ranges_follow_one_another),
	IMPORTER_TEST(importer_the_device_may_do_what_was_asked_for_only),
	IMPORTER_TEST(importer_two_see_the_same_memory),
	IMPORTER_TEST(importer_data_goes_from_one_bar_to_another),
	IMPORTER_TEST(importer_host_memory_takes_every_mode),
};

const struct guest_suite guest_importer_dma = GUEST_SUITE(tests);
