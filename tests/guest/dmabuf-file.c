// SPDX-License-Identifier: GPL-2.0-only
/*
 * A defect of Linux 7.3: a dma-buf that others know by its name only, as O_PATH
 * opens it, has a pointer to a file that was freed, and a reset of its device
 * takes a reference on that. This fails on the kernel as it was released, by
 * KASAN, once the slab has given the memory of the file back. With the series
 * mappings of BARs are dma-bufs too, which have names in /proc/PID/map_files.
 */
#include "fixture.h"
#include "guest.h"

#include <fcntl.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* More files than a page of the slab has, or all that may be free in others */
#define AROUND 128
#define BEFORE 1024
/* One would do, were it not for who else opens a file meanwhile */
#define DMABUFS 8
/* The slab's pages are freed by a callback of RCU, some time after a grace period */
#define RESETS 4

#define MAX_FILES 4096

static int files[MAX_FILES];
static unsigned int nr_files;
static int names[DMABUFS];
static struct rlimit old_limit;
static cpu_set_t old_cpus;

static void open_files(unsigned int nr)
{
	while (nr--) {
		assert_true(nr_files < MAX_FILES);
		files[nr_files] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		assert_true(files[nr_files] >= 0);
		nr_files++;
	}
}

static void close_files(void)
{
	while (nr_files)
		close(files[--nr_files]);
}

static void undo(void)
{
	int i;

	for (i = 0; i < DMABUFS; i++) {
		if (names[i] >= 0)
			close(names[i]);
		names[i] = -1;
	}
	close_files();
	setrlimit(RLIMIT_NOFILE, &old_limit);
	sched_setaffinity(0, sizeof(old_cpus), &old_cpus);
	guest_undo();
}

/* On one processor, so that what is opened in turn comes from the same pages */
static int setup(void **state)
{
	const struct rlimit limit = { 2 * MAX_FILES, 2 * MAX_FILES };
	cpu_set_t one;
	int i;

	for (i = 0; i < DMABUFS; i++)
		names[i] = -1;
	getrlimit(RLIMIT_NOFILE, &old_limit);
	sched_getaffinity(0, sizeof(old_cpus), &old_cpus);
	guest_begin(state, undo);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return fixture_end();
}

/* dma-bufs whose files have none but ours around them */
static void export_amid_files(const struct guest *guest)
{
	int i, fds[DMABUFS];

	open_files(BEFORE);
	for (i = 0; i < DMABUFS; i++) {
		open_files(AROUND);
		fds[i] = guest_export(guest);
	}
	open_files(AROUND);
	for (i = 0; i < DMABUFS; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[i]);
		names[i] = open(path, O_PATH | O_CLOEXEC);
		assert_true(names[i] >= 0);
	}
	for (i = 0; i < DMABUFS; i++)
		close(fds[i]);
}

/* Empty pages of the slab go back to where all can have them. */
static void shrink_slab(void)
{
	int fd = open("/sys/kernel/slab/filp/shrink", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "1", 1), 1);
	close(fd);
}

static void reset_again_and_again(const struct guest *guest)
{
	int i;

	for (i = 0; i < RESETS; i++) {
		assert_int_equal(
			syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0),
			0);
		assert_good(brg_vfio_reset(&guest->vfio));
	}
}

static void defect_reset_finds_a_freed_file(void **state)
{
	const struct guest *guest = *state;

	export_amid_files(guest);
	close_files();
	shrink_slab();
	reset_again_and_again(guest);
}

static void map_amid_files(struct guest *guest)
{
	char path[64];
	uint8_t *bar;

	open_files(BEFORE);
	bar = guest_map_bar(guest);
	open_files(AROUND);
	snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx",
		 (unsigned long)bar, (unsigned long)(bar + 2 * MIB));
	names[0] = open(path, O_PATH | O_CLOEXEC);
	assert_true(names[0] >= 0);
	guest_unmap_bar(guest);
}

static void reset_finds_no_freed_file_of_a_mapping(void **state)
{
	struct guest *guest = *state;

	map_amid_files(guest);
	close_files();
	shrink_slab();
	reset_again_and_again(guest);
}

#define FILE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	FILE_TEST(reset_finds_no_freed_file_of_a_mapping),
};

const struct guest_suite guest_dmabuf_file = GUEST_SUITE(tests);

static const struct CMUnitTest defects[] = {
	FILE_TEST(defect_reset_finds_a_freed_file),
};

const struct guest_suite guest_defects_file = GUEST_SUITE(defects);
