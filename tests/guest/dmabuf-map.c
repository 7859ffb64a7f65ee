// SPDX-License-Identifier: GPL-2.0-only
/* mmap() of a dma-buf that VFIO exported: what is in it, and for how long. */
#include "children.h"
#include "guest.h"

#include "soft-dirty.h"
#include "vmas.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define RW (PROT_READ | PROT_WRITE)

static uint8_t *map_buf(int fd, size_t len)
{
	void *addr = mmap(NULL, len, RW, MAP_SHARED, fd, 0);

	assert_true(addr != MAP_FAILED);
	return addr;
}

static void write_word(const struct guest *guest, uint64_t offset,
		       uint64_t value)
{
	assert_good(brg_vfio_write(&guest->vfio, guest->bar, offset, &value,
				   sizeof(value)));
}

static void it_is_the_memory_of_the_bar(void **state)
{
	const struct guest *guest = *state;
	uint64_t value = 0;
	uint8_t *addr;
	int fd;

	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, 4 * MIB,
				      4 * PAGE, &fd));
	addr = map_buf(fd, 4 * PAGE);
	write_word(guest, 4 * MIB + PAGE, 0x1122334455667788);
	assert_true(*(volatile uint64_t *)(addr + PAGE) == 0x1122334455667788);
	*(volatile uint64_t *)(addr + 3 * PAGE) = 0x8877665544332211;
	assert_good(brg_vfio_read(&guest->vfio, guest->bar, 4 * MIB + 3 * PAGE,
				  &value, sizeof(value)));
	assert_true(value == 0x8877665544332211);
	munmap(addr, 4 * PAGE);
	close(fd);
}

static void ranges_follow_one_another(void **state)
{
	static const struct vfio_region_dma_range ranges[] = {
		{ 8 * MIB, PAGE },
		{ 2 * MIB, 2 * MIB },
		{ 5 * MIB, 2 * PAGE },
	};
	union {
		struct vfio_device_feature_dma_buf get;
		uint8_t room[sizeof(struct vfio_device_feature_dma_buf) +
			     sizeof(ranges)];
	} arg = { .get = { .open_flags = O_RDWR | O_CLOEXEC, .nr_ranges = 3 } };
	const size_t len = 2 * MIB + 3 * PAGE;
	const struct guest *guest = *state;
	volatile uint64_t *addr;
	int fd;

	arg.get.region_index = guest->bar;
	memcpy(arg.get.dma_ranges, ranges, sizeof(ranges));
	fd = brg_vfio_feature(&guest->vfio,
			      VFIO_DEVICE_FEATURE_GET |
				      VFIO_DEVICE_FEATURE_DMA_BUF,
			      &arg, sizeof(arg));
	assert_true(fd >= 0);
	write_word(guest, 8 * MIB, 1);
	write_word(guest, 2 * MIB, 2);
	write_word(guest, 4 * MIB - PAGE, 3);
	write_word(guest, 5 * MIB, 4);
	write_word(guest, 5 * MIB + PAGE, 5);
	/* where huge pages would fit the addresses, but cross the ranges */
	addr = vmas_map_aligned(fd, len, 0);
	assert_true(addr[0] == 1);
	assert_true(addr[PAGE / 8] == 2);
	assert_true(addr[2 * MIB / 8] == 3);
	assert_true(addr[(2 * MIB + PAGE) / 8] == 4);
	assert_true(addr[(2 * MIB + 2 * PAGE) / 8] == 5);
	munmap((void *)addr, len);
	close(fd);
}

static void an_offset_is_one_into_the_dma_buf(void **state)
{
	const struct guest *guest = *state;
	volatile uint64_t *addr;
	int fd = guest_export(guest);

	write_word(guest, MIB, 77);
	addr = mmap(NULL, PAGE, RW, MAP_SHARED, fd, MIB);
	assert_true(addr != MAP_FAILED);
	assert_true(addr[0] == 77);
	munmap((void *)addr, PAGE);
	close(fd);
}

static void huge_pages_are_inserted(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);
	void *addr = vmas_map_aligned(fd, 2 * MIB, 0);

	assert_in_range(vmas_faults_of(addr, 2 * MIB), 1, 4);
	munmap(addr, 2 * MIB);
	close(fd);
}

static void its_writes_can_be_tracked(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);
	void *addr = vmas_map_aligned(fd, 2 * MIB, 0);

	const char *wrong = soft_dirty_write(addr, false);

	if (!wrong)
		wrong = soft_dirty_write(addr, true);
	munmap(addr, 2 * MIB);
	close(fd);
	if (wrong)
		fail_msg("%s", wrong);
}

static void what_cannot_be_mapped_is_refused(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);

	assert_errno(vmas_map_errno(fd, PAGE, RW, MAP_PRIVATE, 0), EINVAL);
	assert_errno(vmas_map_errno(fd, PAGE, PROT_READ, MAP_PRIVATE, 0),
		     EINVAL);
	assert_errno(vmas_map_errno(fd, 2 * MIB + PAGE, RW, MAP_SHARED, 0),
		     EINVAL);
	assert_errno(
		vmas_map_errno(fd, 2 * PAGE, RW, MAP_SHARED, 2 * MIB - PAGE),
		EINVAL);
	assert_errno(vmas_map_errno(fd, PAGE, RW, MAP_SHARED, 2 * MIB), EINVAL);
	assert_good(vmas_map_errno(fd, PAGE, RW, MAP_SHARED, 2 * MIB - PAGE));
	close(fd);
}

static void a_read_only_one_cannot_be_written(void **state)
{
	const struct guest *guest = *state;
	union {
		struct vfio_device_feature_dma_buf get;
		uint8_t room[sizeof(struct vfio_device_feature_dma_buf) +
			     sizeof(struct vfio_region_dma_range)];
	} arg = { .get = { .open_flags = O_RDONLY | O_CLOEXEC,
			   .nr_ranges = 1 } };
	void *addr;
	int fd;

	arg.get.region_index = guest->bar;
	arg.get.dma_ranges[0].length = PAGE;
	fd = brg_vfio_feature(&guest->vfio,
			      VFIO_DEVICE_FEATURE_GET |
				      VFIO_DEVICE_FEATURE_DMA_BUF,
			      &arg, sizeof(arg));
	assert_true(fd >= 0);
	assert_errno(vmas_map_errno(fd, PAGE, RW, MAP_SHARED, 0), EACCES);
	addr = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(addr != MAP_FAILED);
	assert_int_equal(guest_touch(addr, false), 0);
	assert_int_equal(guest_touch(addr, true), SIGSEGV);
	assert_int_equal(mprotect(addr, PAGE, RW), -1);
	munmap(addr, PAGE);
	close(fd);
}

static void its_name_is_that_of_the_bar_until_it_gets_another(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd, PAGE);
	struct vmas_entry entry = vmas_find(addr);
	char name[64];

	snprintf(name, sizeof(name), "/dmabuf:%s/BAR%u", guest->bdf,
		 guest->bar);
	assert_string_equal(entry.name, name);
	assert_int_equal(ioctl(fd, DMA_BUF_SET_NAME, "slice-of-mine"), 0);
	entry = vmas_find(addr);
	assert_string_equal(entry.name, "/dmabuf:slice-of-mine");
	munmap(addr, PAGE);
	close(fd);
}

static void the_mapping_keeps_the_dma_buf(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd, 2 * MIB);

	close(fd);
	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(guest_touch(addr + MIB, true), 0);
	munmap(addr, 2 * MIB);
}

static void after_close_it_is_sigbus_for_ever(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd, 2 * MIB);

	assert_int_equal(guest_touch(addr, true), 0);
	brg_vfio_close(&guest->vfio);
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	assert_int_equal(guest_touch(addr + MIB, false), SIGBUS);
	assert_errno(vmas_map_errno(fd, PAGE, RW, MAP_SHARED, 0), ENODEV);
	guest_reopen(guest);
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	assert_errno(vmas_map_errno(fd, PAGE, RW, MAP_SHARED, 0), ENODEV);
	munmap(addr, 2 * MIB);
	close(fd);
}

static void it_does_not_keep_the_driver_bound(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd, 2 * MIB);

	assert_int_equal(guest_touch(addr, true), 0);
	brg_vfio_close(&guest->vfio);
	assert_good(brg_pci_restore(&guest->binding));
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	munmap(addr, 2 * MIB);
	close(fd);
}

static int touch_in_child(void *addr)
{
	return guest_touch(addr, true);
}

static void a_child_loses_it_with_the_parent(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd, 2 * MIB);
	int ready[2], go[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(vmas_in_child(touch_in_child, addr), 0);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	pid = child_start();
	if (!pid) {
		/* the device is not to stay open because of this process */
		brg_vfio_close(&guest->vfio);
		close(go[1]);
		byte = (char)guest_touch(addr, true);
		if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1))
			_exit(1);
		_exit(guest_touch(addr, false) == SIGBUS ? 0 : 2);
	}
	close(ready[1]);
	close(go[0]);
	assert_int_equal(child_await(ready[0]), 0);
	munmap(addr, 2 * MIB);
	guest_reopen(guest);
	close(ready[0]);
	close(go[1]);
	assert_int_equal(child_wait(pid), 0);
	close(fd);
}

static void it_can_be_moved_and_cut(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd, 3 * PAGE), *moved;

	write_word(guest, 0, 10);
	write_word(guest, 2 * PAGE, 12);
	moved = mremap(addr, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       vmas_map_aligned(fd, 3 * PAGE, 0));
	assert_true(moved != MAP_FAILED);
	munmap(moved + PAGE, PAGE);
	assert_true(*(volatile uint64_t *)moved == 10);
	assert_true(*(volatile uint64_t *)(moved + 2 * PAGE) == 12);
	assert_int_equal(guest_touch(moved + PAGE, false), SIGSEGV);
	assert_true(mremap(moved, PAGE, 2 * PAGE, MREMAP_MAYMOVE) ==
		    MAP_FAILED);
	munmap(moved, PAGE);
	munmap(moved + 2 * PAGE, PAGE);
	close(fd);
}

static void it_goes_and_comes_with_the_memory(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd, 2 * MIB);

	assert_int_equal(guest_touch(addr, true), 0);
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	/* one made now has no memory yet */
	assert_good(vmas_map_errno(fd, PAGE, RW, MAP_SHARED, 0));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(guest_touch(addr + MIB, true), 0);
	munmap(addr, 2 * MIB);
	close(fd);
}

static void it_comes_back_after_a_reset(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd, 2 * MIB);

	assert_int_equal(guest_touch(addr, true), 0);
	assert_good(brg_vfio_reset(&guest->vfio));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_in_range(vmas_faults_of(addr, PAGE), 1, 4);
	assert_int_equal(addr[0], 0x5a);
	munmap(addr, 2 * MIB);
	close(fd);
}

static void it_is_sigbus_in_low_power(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *addr = map_buf(fd, 2 * MIB);

	assert_int_equal(guest_touch(addr, true), 0);
	assert_good(brg_vfio_feature(
		&guest->vfio,
		VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
		NULL, 0));
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	assert_good(brg_vfio_feature(&guest->vfio,
				     VFIO_DEVICE_FEATURE_SET |
					     VFIO_DEVICE_FEATURE_LOW_POWER_EXIT,
				     NULL, 0));
	assert_int_equal(guest_touch(addr, true), 0);
	munmap(addr, 2 * MIB);
	close(fd);
}

/* Faults against everything that takes the memory away */
static void faults_race_with_revocation(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest), ready[2], i;
	uint8_t *addr = map_buf(fd, 2 * MIB);
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = child_start();
	if (!pid) {
		brg_vfio_close(&guest->vfio);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			for (i = 0; i < 512; i += 7)
				guest_touch(addr + (size_t)i * PAGE, i & 1);
	}
	close(ready[1]);
	child_await(ready[0]);
	for (i = 0; i < 40; i++) {
		assert_good(brg_vfio_set_memory(&guest->vfio, false));
		assert_good(brg_vfio_set_memory(&guest->vfio, true));
	}
	assert_good(brg_vfio_reset(&guest->vfio));
	brg_vfio_close(&guest->vfio);
	assert_int_equal(guest_touch(addr, false), SIGBUS);
	guest_reopen(guest);
	child_kill(pid);
	close(ready[0]);
	munmap(addr, 2 * MIB);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(it_is_the_memory_of_the_bar),
	GUEST_TEST(ranges_follow_one_another),
	GUEST_TEST(an_offset_is_one_into_the_dma_buf),
	GUEST_TEST(huge_pages_are_inserted),
	GUEST_TEST(its_writes_can_be_tracked),
	GUEST_TEST(what_cannot_be_mapped_is_refused),
	GUEST_TEST(a_read_only_one_cannot_be_written),
	GUEST_TEST(its_name_is_that_of_the_bar_until_it_gets_another),
	GUEST_TEST(the_mapping_keeps_the_dma_buf),
	GUEST_TEST(after_close_it_is_sigbus_for_ever),
	GUEST_TEST(it_does_not_keep_the_driver_bound),
	GUEST_TEST(a_child_loses_it_with_the_parent),
	GUEST_TEST(it_can_be_moved_and_cut),
	GUEST_TEST(it_goes_and_comes_with_the_memory),
	GUEST_TEST(it_comes_back_after_a_reset),
	GUEST_TEST(it_is_sigbus_in_low_power),
	GUEST_TEST(faults_race_with_revocation),
};

const struct guest_suite guest_dmabuf_map = GUEST_SUITE(tests);
