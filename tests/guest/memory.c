// SPDX-License-Identifier: GPL-2.0-only
/* The memory of a registered BAR: what p2pmem counts, and who gets what. */
#include "children.h"
#include "guest.h"

#include <barrage/proof.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct brg_p2pmem read_pool(const struct guest *guest)
{
	struct brg_p2pmem pool;

	assert_good(brg_p2pmem_read(guest->bdf, &pool));
	return pool;
}

static void the_pool_comes_and_goes_with_the_registration(void **state)
{
	const struct guest *guest = *state;
	struct brg_p2pmem pool;

	assert_false(guest_has_pool(guest));
	guest_register(guest);
	pool = read_pool(guest);
	assert_int_equal(pool.size_bytes, guest->bar_bytes);
	assert_int_equal(pool.available_bytes, guest->bar_bytes);
	assert_false(pool.published);
	guest_unregister(guest);
	assert_false(guest_has_pool(guest));
}

static void what_is_mapped_is_not_available(void **state)
{
	const struct guest *guest = *state;
	uint8_t *first, *second;

	guest_register(guest);
	first = guest_map(guest, MIB);
	second = guest_map(guest, PAGE);
	assert_int_equal(read_pool(guest).available_bytes,
			 guest->bar_bytes - MIB - PAGE);
	assert_int_equal(read_pool(guest).size_bytes, guest->bar_bytes);
	munmap(first, MIB);
	guest_await_available(guest, guest->bar_bytes - PAGE);
	munmap(second, PAGE);
	guest_await_available(guest, guest->bar_bytes);
}

static void more_than_there_is_is_enomem(void **state)
{
	const struct guest *guest = *state;
	uint8_t *all;

	guest_register(guest);
	assert_errno(guest_map_errno(guest, guest->bar_bytes + PAGE), ENOMEM);
	assert_error("BAR exhausted");
	all = guest_map(guest, guest->bar_bytes);
	assert_int_equal(read_pool(guest).available_bytes, 0);
	assert_errno(guest_map_errno(guest, PAGE), ENOMEM);
	munmap(all, guest->bar_bytes);
	guest_await_available(guest, guest->bar_bytes);
	assert_good(guest_map_errno(guest, guest->bar_bytes));
}

/* of every page: where in the registered range it lies; each only once */
static void check_frames(const struct guest *guest, const void *addr, size_t nr,
			 uint64_t offset, uint64_t length, bool *taken)
{
	uint64_t start = guest->bar_start + offset;
	uint64_t *phys = calloc(nr, sizeof(*phys));
	size_t i, page;

	assert_non_null(phys);
	assert_good(brg_proof_frames(addr, nr, phys));
	for (i = 0; i < nr; i++) {
		assert_true(phys[i] >= start && phys[i] < start + length);
		page = (phys[i] - start) / PAGE;
		assert_false(taken[page]);
		taken[page] = true;
	}
	free(phys);
}

static void pages_lie_in_the_registered_range(void **state)
{
	const struct guest *guest = *state;
	bool taken[2 * MIB / PAGE] = {};
	uint8_t *first, *second;

	assert_good(
		brg_p2p_register(&guest->vfio, guest->bar, 4 * MIB, 2 * MIB));
	first = guest_map(guest, MIB);
	second = guest_map(guest, MIB);
	check_frames(guest, first, MIB / PAGE, 4 * MIB, 2 * MIB, taken);
	check_frames(guest, second, MIB / PAGE, 4 * MIB, 2 * MIB, taken);
	munmap(first, MIB);
	munmap(second, MIB);
}

static void every_page_keeps_what_is_written_to_it(void **state)
{
	const struct guest *guest = *state;
	volatile uint64_t *words;
	size_t i, nr = 2 * MIB / sizeof(*words);

	guest_register(guest);
	words = guest_map(guest, 2 * MIB);
	for (i = 0; i < nr; i += PAGE / sizeof(*words))
		words[i] = i * 0x9e3779b97f4a7c15ull;
	for (i = 0; i < nr; i += PAGE / sizeof(*words))
		assert_true(words[i] == i * 0x9e3779b97f4a7c15ull);
	munmap((void *)words, 2 * MIB);
}

static int map_with(const struct guest *guest, int flags, off_t offset)
{
	char path[BRG_SYSFS_PATH_BYTES];
	void *addr;
	int fd, ret;

	assert_good(brg_sysfs_path(path, sizeof(path),
				   "bus/pci/devices/%s/p2pmem/allocate",
				   guest->bdf));
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	addr = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, flags, fd, offset);
	ret = addr == MAP_FAILED ? -errno : 0;
	if (!ret)
		munmap(addr, PAGE);
	close(fd);
	return ret;
}

static void a_private_or_shifted_mapping_is_einval(void **state)
{
	const struct guest *guest = *state;

	guest_register(guest);
	assert_errno(map_with(guest, MAP_PRIVATE, 0), EINVAL);
	assert_errno(map_with(guest, MAP_SHARED, PAGE), EINVAL);
	assert_good(map_with(guest, MAP_SHARED, 0));
	guest_await_available(guest, guest->bar_bytes);
}

static void pages_given_up_one_by_one_come_back_one_by_one(void **state)
{
	const struct guest *guest = *state;
	uint8_t *addr;

	guest_register(guest);
	addr = guest_map(guest, 8 * PAGE);
	munmap(addr + 2 * PAGE, PAGE);
	guest_await_available(guest, guest->bar_bytes - 7 * PAGE);
	assert_int_equal(guest_touch(addr + 3 * PAGE, true), 0);
	munmap(addr + 7 * PAGE, PAGE);
	munmap(addr, 2 * PAGE);
	guest_await_available(guest, guest->bar_bytes - 4 * PAGE);
	munmap(addr, 8 * PAGE);
	guest_await_available(guest, guest->bar_bytes);
}

static void a_moved_mapping_keeps_its_pages(void **state)
{
	const struct guest *guest = *state;
	uint8_t *addr, *moved;

	guest_register(guest);
	addr = guest_map(guest, 4 * PAGE);
	assert_int_equal(guest_touch(addr + PAGE, true), 0);
	moved = mremap(addr, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       addr + 64 * MIB);
	if (moved != MAP_FAILED) {
		assert_int_equal(guest_touch(moved + PAGE, false), 0);
		assert_int_equal(moved[PAGE], 0x5a);
		addr = moved;
	}
	munmap(addr, 4 * PAGE);
	guest_await_available(guest, guest->bar_bytes);
}

static void a_forked_child_shares_the_pages(void **state)
{
	const struct guest *guest = *state;
	volatile uint8_t *addr;
	int gate[2];
	pid_t pid;
	char byte;

	guest_register(guest);
	addr = guest_map(guest, PAGE);
	assert_int_equal(pipe(gate), 0);
	pid = child_start();
	if (!pid) {
		addr[0] = 77;
		close(gate[1]);
		/* holds its copy of the mapping until it is told to go */
		_exit(read(gate[0], &byte, 1) != 0);
	}
	close(gate[0]);
	munmap((void *)addr, PAGE);
	assert_int_equal(read_pool(guest).available_bytes,
			 guest->bar_bytes - PAGE);
	close(gate[1]);
	assert_int_equal(child_wait(pid), 0);
	guest_await_available(guest, guest->bar_bytes);
}

static void a_childs_write_is_the_parents_to_read(void **state)
{
	const struct guest *guest = *state;
	volatile uint8_t *addr;
	pid_t pid;

	guest_register(guest);
	addr = guest_map(guest, PAGE);
	addr[0] = 0;
	pid = child_start();
	if (!pid) {
		addr[0] = 77;
		_exit(0);
	}
	child_wait(pid);
	assert_int_equal(addr[0], 77);
	munmap((void *)addr, PAGE);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(the_pool_comes_and_goes_with_the_registration),
	GUEST_TEST(what_is_mapped_is_not_available),
	GUEST_TEST(more_than_there_is_is_enomem),
	GUEST_TEST(pages_lie_in_the_registered_range),
	GUEST_TEST(every_page_keeps_what_is_written_to_it),
	GUEST_TEST(a_private_or_shifted_mapping_is_einval),
	GUEST_TEST(pages_given_up_one_by_one_come_back_one_by_one),
	GUEST_TEST(a_moved_mapping_keeps_its_pages),
	GUEST_TEST(a_forked_child_shares_the_pages),
	GUEST_TEST(a_childs_write_is_the_parents_to_read),
};

const struct guest_suite guest_memory = GUEST_SUITE(tests);
