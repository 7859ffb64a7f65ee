// SPDX-License-Identifier: GPL-2.0-only
/*
 * A region's memory is taken away while RDMA uses it. What ended it returns only
 * when nobody writes any more: what the CPU then writes to the BAR stays there.
 */
#include "verbs-traffic.h"

#include "host.h"

#include <barrage/mmio.h>

#include <errno.h>
#include <infiniband/verbs.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES (VERBS_DEPTH * VERBS_TRAFFIC_BYTES)
#define MARK 0x5b

static int setup(void **state)
{
	return verbs_setup(state);
}

static int teardown(void **state)
{
	verbs_traffic_abort(*state);
	return verbs_teardown(state);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void *map_bar(struct verbs *v)
{
	void *bar;

	assert_good(brg_vfio_map(&v->guest.vfio, v->guest.bar, 0, BYTES, &bar));
	return bar;
}

/* each part of it, as long as a request, with the same */
static void fill_bar(struct verbs *v, const uint8_t *bytes)
{
	uint8_t *bar = map_bar(v);

	for (uint64_t at = 0; at < BYTES; at += VERBS_TRAFFIC_BYTES)
		brg_mmio_store(bar + at, bytes, VERBS_TRAFFIC_BYTES);
	munmap(bar, BYTES);
}

static void mark_bar(struct verbs *v)
{
	static uint8_t marks[VERBS_TRAFFIC_BYTES];

	memset(marks, MARK, sizeof(marks));
	fill_bar(v, marks);
}

/* by the CPU, and from outside */
static void expect_marks(struct verbs *v)
{
	uint8_t marks[PAGE], found[PAGE], *bar = map_bar(v);

	memset(marks, MARK, sizeof(marks));
	for (uint64_t at = 0; at < BYTES; at += PAGE) {
		brg_mmio_load(found, bar + at, PAGE);
		assert_memory_equal(found, marks, PAGE);
	}
	munmap(bar, BYTES);
	for (uint64_t at = 0; at < BYTES; at += BYTES / 8)
		assert_int_equal(host_holds("provider", at, marks, PAGE), 0);
}

/* how the memory is taken away; the device is open, and responds, afterwards */
typedef void (*taker)(struct verbs *v, int fd);

static void by_revoke(struct verbs *v, int fd)
{
	assert_good(brg_dmabuf_revoke(&v->guest.vfio, fd));
}

static void by_reset(struct verbs *v, int fd)
{
	assert_good(brg_vfio_reset(&v->guest.vfio));
	assert_good(brg_vfio_set_memory(&v->guest.vfio, true));
}

static void by_memory_enable(struct verbs *v, int fd)
{
	assert_good(brg_vfio_set_memory(&v->guest.vfio, false));
	assert_good(brg_vfio_set_memory(&v->guest.vfio, true));
}

static void by_close(struct verbs *v, int fd)
{
	guest_reopen(&v->guest);
}

static void by_unbind(struct verbs *v, int fd)
{
	guest_close(&v->guest);
	guest_open(&v->guest, "PROVIDER");
}

static void by_unbinding_the_importer(struct verbs *v, int fd)
{
	assert_good(brg_pci_restore(&v->parent));
}

static void take(struct verbs *v, enum brg_verbs_op op, taker take_away)
{
	static uint8_t moved[VERBS_TRAFFIC_BYTES];
	int fd = verbs_export(v, 0, BYTES);
	struct brg_verbs_mr mr;
	uint32_t status;

	verbs_fill(moved, sizeof(moved), 1);
	if (op == BRG_VERBS_READ) {
		fill_bar(v, moved);
		memset(v->host, 0, VERBS_TRAFFIC_BYTES);
	} else {
		memcpy(v->host, moved, sizeof(moved));
	}
	assert_good(verbs_reg(v, fd, BYTES, &mr));
	verbs_traffic_start(v, op, &mr);
	verbs_traffic_await();
	take_away(v, fd);
	/* what READs brought; nobody reads the marks */
	assert_memory_equal(v->host, moved, sizeof(moved));
	mark_bar(v);
	status = verbs_traffic_end();
	assert_int_equal(status, IBV_WC_REM_ACCESS_ERR);
	assert_memory_equal(v->host, moved, sizeof(moved));

	/* dead for good, whatever the dma-buf is */
	assert_errno(verbs_write(v, 0, &mr, 0, PAGE), EACCES);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	assert_errno(verbs_read(v, &mr, 0, 0, PAGE), EACCES);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	expect_marks(v);
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

static void revoke_ends_writes(void **state)
{
	take(*state, BRG_VERBS_WRITE, by_revoke);
}

static void revoke_ends_reads(void **state)
{
	take(*state, BRG_VERBS_READ, by_revoke);
}

static void reset_ends_writes(void **state)
{
	take(*state, BRG_VERBS_WRITE, by_reset);
}

static void reset_ends_reads(void **state)
{
	take(*state, BRG_VERBS_READ, by_reset);
}

static void memory_enable_ends_writes(void **state)
{
	take(*state, BRG_VERBS_WRITE, by_memory_enable);
}

static void close_ends_writes(void **state)
{
	take(*state, BRG_VERBS_WRITE, by_close);
}

static void unbind_ends_writes_and_waits_for_no_region(void **state)
{
	take(*state, BRG_VERBS_WRITE, by_unbind);
}

static void unbinding_the_importer_ends_writes(void **state)
{
	take(*state, BRG_VERBS_WRITE, by_unbinding_the_importer);
}

/* the region is this end's, so it is this end that finds out */
static void a_local_region_ends_as_well(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);
	struct brg_verbs_mr mr;
	struct brg_verbs_request request = {
		.local = &mr,
		.remote = &v->local,
		.bytes = 5 * PAGE,
	};

	assert_good(verbs_reg(v, fd, BYTES, &mr));
	request.op = BRG_VERBS_READ;
	assert_good(brg_verbs_transfer(&v->pair, &request));
	request.op = BRG_VERBS_WRITE;
	assert_good(brg_verbs_transfer(&v->pair, &request));
	by_revoke(v, fd);
	mark_bar(v);
	memset(v->host, 0, VERBS_HOST_BYTES);

	/* rxe tells of its own end's errors as flushed */
	assert_int_not_equal(brg_verbs_transfer(&v->pair, &request), 0);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	for (size_t i = 0; i < request.bytes; i++)
		assert_int_equal(v->host[i], 0);
	request.op = BRG_VERBS_READ;
	assert_int_not_equal(brg_verbs_transfer(&v->pair, &request), 0);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	expect_marks(v);
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

static void after_a_reset_it_can_be_registered_again(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);
	struct brg_verbs_mr mr, again;

	assert_good(verbs_reg(v, fd, BYTES, &mr));
	verbs_fill(v->host, PAGE, 2);
	for (int i = 0; i < 10; i++) {
		by_reset(v, fd);
		assert_errno(verbs_write(v, 0, &mr, 0, PAGE), EACCES);
		assert_good(brg_verbs_pair_reconnect(&v->pair));
		/* the same memory, other keys */
		assert_good(verbs_reg(v, fd, BYTES, &again));
		assert_int_not_equal(mr.rkey, again.rkey);
		verbs_fill(v->host, PAGE, 100 + (unsigned int)i);
		assert_good(verbs_write(v, 0, &again, PAGE, PAGE));
		assert_int_equal(host_holds("provider", PAGE, v->host, PAGE),
				 0);
		assert_good(brg_verbs_dereg(&mr));
		mr = again;
	}
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

static void others_of_the_same_memory_go_on(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES), other = verbs_export(v, 0, BYTES);
	struct brg_verbs_mr mr, kept;

	assert_good(verbs_reg(v, fd, BYTES, &mr));
	assert_good(verbs_reg(v, other, BYTES, &kept));
	by_revoke(v, fd);
	verbs_fill(v->host, PAGE, 3);
	assert_good(verbs_write(v, 0, &kept, 0, PAGE));
	assert_int_equal(host_holds("provider", 0, v->host, PAGE), 0);
	assert_errno(verbs_write(v, 0, &mr, 0, PAGE), EACCES);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	assert_good(brg_verbs_dereg(&kept));
	assert_good(brg_verbs_dereg(&mr));
	close(other);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	TEST(revoke_ends_writes),
	TEST(revoke_ends_reads),
	TEST(reset_ends_writes),
	TEST(reset_ends_reads),
	TEST(memory_enable_ends_writes),
	TEST(close_ends_writes),
	TEST(unbind_ends_writes_and_waits_for_no_region),
	TEST(unbinding_the_importer_ends_writes),
	TEST(a_local_region_ends_as_well),
	TEST(after_a_reset_it_can_be_registered_again),
	TEST(others_of_the_same_memory_go_on),
};

const struct guest_suite guest_verbs_revoke = GUEST_SUITE(tests);
