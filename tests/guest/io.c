// SPDX-License-Identifier: GPL-2.0-only
/*
 * O_DIRECT between the disk and the BAR. Each block says what it is, so that
 * data which came from somewhere else, or from before, cannot pass.
 */
#include "guest.h"

#include <barrage/block.h>
#include <barrage/disk.h>
#include <barrage/mmio.h>
#include <barrage/p2pmem.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define LEN MIB

struct io {
	int fd;
	uint8_t *bar;
	uint8_t *host;
	struct brg_block_stamp stamp;
};

static void io_open(const struct guest *guest, struct io *io)
{
	static uint64_t generation;
	struct brg_disk disk;

	*io = (struct io){ .fd = -1 };
	assert_good(brg_disk_read(guest_role("DISK"), &disk));
	assert_string_equal(disk.bdf, guest_role("DISK_BDF"));
	assert_good(brg_disk_check_scratch(&disk));
	io->fd = open(disk.path, O_RDWR | O_DIRECT | O_CLOEXEC);
	assert_true(io->fd >= 0);
	guest_register(guest);
	io->bar = guest_map(guest, LEN);
	io->host = mmap(NULL, LEN, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(io->host, MAP_FAILED);
	io->stamp = (struct brg_block_stamp){
		.tag = 0x7e57,
		.generation = ++generation,
		.seed = 1,
		.block_bytes = disk.logical_bytes,
	};
}

static void io_close(struct io *io)
{
	munmap(io->bar, LEN);
	munmap(io->host, LEN);
	close(io->fd);
}

static void fill(struct io *io, uint64_t offset)
{
	assert_good(brg_block_fill(io->host, LEN, offset, &io->stamp));
}

static void check(struct io *io, uint64_t offset)
{
	assert_good(brg_block_check(io->host, LEN, offset, &io->stamp, NULL));
}

/* whole transfers only; each of @step bytes */
static void transfer(struct io *io, bool write, uint8_t *buf, uint64_t offset,
		     size_t step)
{
	size_t at;
	ssize_t done;

	for (at = 0; at < LEN; at += step) {
		done = write ? pwrite(io->fd, buf + at, step,
				      (off_t)(offset + at)) :
			       pread(io->fd, buf + at, step,
				     (off_t)(offset + at));
		if (done != (ssize_t)step)
			fail_msg("%s of %zu bytes at %zu: %s",
				 write ? "write" : "read", step, at,
				 done < 0 ? strerror(errno) : "short");
	}
}

static const size_t steps[] = { 512, 4096, 65536, LEN };

static void the_disk_gets_what_the_bar_holds(void **state)
{
	struct io io;
	size_t i;

	io_open(*state, &io);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		io.stamp.generation += 1000;
		fill(&io, LEN * i);
		brg_mmio_store(io.bar, io.host, LEN);
		transfer(&io, true, io.bar, LEN * i, steps[i]);
		memset(io.host, 0, LEN);
		transfer(&io, false, io.host, LEN * i, LEN);
		check(&io, LEN * i);
	}
	io_close(&io);
}

static void the_bar_gets_what_the_disk_holds(void **state)
{
	struct io io;
	size_t i;

	io_open(*state, &io);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		io.stamp.generation += 1000;
		fill(&io, LEN * i);
		transfer(&io, true, io.host, LEN * i, LEN);
		memset(io.host, 0, LEN);
		brg_mmio_store(io.bar, io.host, LEN);
		transfer(&io, false, io.bar, LEN * i, steps[i]);
		brg_mmio_load(io.host, io.bar, LEN);
		check(&io, LEN * i);
	}
	io_close(&io);
}

static void data_goes_from_the_bar_to_the_disk_and_back(void **state)
{
	struct io io;

	io_open(*state, &io);
	fill(&io, 8 * LEN);
	brg_mmio_store(io.bar, io.host, LEN);
	transfer(&io, true, io.bar, 8 * LEN, 65536);
	memset(io.host, 0xff, LEN);
	brg_mmio_store(io.bar, io.host, LEN);
	transfer(&io, false, io.bar, 8 * LEN, 65536);
	brg_mmio_load(io.host, io.bar, LEN);
	check(&io, 8 * LEN);
	io_close(&io);
}

static void a_vector_of_pages_keeps_its_order(void **state)
{
	struct iovec vec[16];
	struct io io;
	size_t i;

	io_open(*state, &io);
	fill(&io, 0);
	transfer(&io, true, io.host, 0, LEN);
	/* every second page, backwards */
	for (i = 0; i < 16; i++) {
		vec[i].iov_base = io.bar + (30 - 2 * i) * PAGE;
		vec[i].iov_len = PAGE;
	}
	assert_int_equal(preadv(io.fd, vec, 16, 0), 16 * PAGE);
	for (i = 0; i < 16; i++)
		brg_mmio_load(io.host + i * PAGE, io.bar + (30 - 2 * i) * PAGE,
			      PAGE);
	check(&io, 0);
	io_close(&io);
}

static void io_works_after_registering_again(void **state)
{
	const struct guest *guest = *state;
	struct io io;

	io_open(guest, &io);
	fill(&io, 0);
	transfer(&io, true, io.host, 0, LEN);
	transfer(&io, false, io.bar, 0, 4096);
	munmap(io.bar, LEN);
	guest_unregister(guest);
	guest_register(guest);
	io.bar = guest_map(guest, LEN);
	transfer(&io, false, io.bar, 0, LEN);
	brg_mmio_load(io.host, io.bar, LEN);
	check(&io, 0);
	io_close(&io);
}

static void io_to_memory_that_was_taken_away_is_efault(void **state)
{
	const struct guest *guest = *state;
	struct io io;

	io_open(guest, &io);
	guest_unregister(guest);
	assert_int_equal(pread(io.fd, io.bar, 4096, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(pwrite(io.fd, io.bar, 4096, 0), -1);
	assert_int_equal(errno, EFAULT);
	io_close(&io);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(the_disk_gets_what_the_bar_holds),
	GUEST_TEST(the_bar_gets_what_the_disk_holds),
	GUEST_TEST(data_goes_from_the_bar_to_the_disk_and_back),
	GUEST_TEST(a_vector_of_pages_keeps_its_order),
	GUEST_TEST(io_works_after_registering_again),
	GUEST_TEST(io_to_memory_that_was_taken_away_is_efault),
};

const struct guest_suite guest_io = GUEST_SUITE(tests);
