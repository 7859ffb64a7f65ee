// SPDX-License-Identifier: GPL-2.0-only
/*
 * I/O may need mmap_lock to come to its end, for the next page of its buffer.
 * Another thread has that in a page fault of the device's own memory, which
 * sleeps while a reset keeps the lock of that memory. A reset that keeps it
 * while it waits for the I/O waits for itself. See kernel/demos/mailed-order.
 */
#include "reset.h"

#include "children.h"
#include "stuck.h"

#include <barrage/clock.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define REGISTERS 0 /* a BAR that is mapped, not registered */
#define WATCH_NS (500 * MS)
#define PATIENCE_NS (20000 * MS)

static struct {
	volatile uint32_t *registers;
	atomic_bool stop;
	atomic_uint nr_reads;
	atomic_bool may_protect, may_release;
	struct reset_call reads, protect, release;
	DIR *tasks;
	char report[4096];
} actors;

/* They exist before there is a lock that a new thread would need. */
static void start_as(struct reset_call *call, const char *name,
		     int (*function)(const struct guest *))
{
	reset_call_start(call, NULL, function);
	pthread_setname_np(call->thread, name);
}

static void await_flag(const atomic_bool *flag)
{
	while (!atomic_load(flag) && !atomic_load(&actors.stop))
		brg_clock_sleep_ns(MS);
}

/* after none of these resets the memory is off, so this is no SIGBUS */
static int read_registers(const struct guest *guest)
{
	while (!atomic_load(&actors.stop)) {
		(void)*actors.registers;
		atomic_fetch_add(&actors.nr_reads, 1);
		brg_clock_sleep_ns(MS);
	}
	return 0;
}

/* needs mmap_lock for write, hence until faults are done */
static int protect(const struct guest *guest)
{
	await_flag(&actors.may_protect);
	return mprotect((void *)(uintptr_t)actors.registers, PAGE, PROT_READ);
}

static int release(const struct guest *guest)
{
	await_flag(&actors.may_release);
	stuck_release();
	return 0;
}

/* until it stops, which is where the lock is held, or it does not, bounded */
static void await_reads_stop(void)
{
	uint64_t end = brg_clock_now_ns() + WATCH_NS;
	unsigned int nr;

	do {
		nr = atomic_load(&actors.nr_reads);
		brg_clock_sleep_ns(50 * MS);
	} while (nr != atomic_load(&actors.nr_reads) && brg_clock_left_ms(end));
}

static void await_protect(void)
{
	uint64_t end = brg_clock_now_ns() + WATCH_NS;

	while (!atomic_load(&actors.protect.done) && brg_clock_left_ms(end))
		brg_clock_sleep_ns(10 * MS);
}

/* one line of a file of a task, without its end */
static void read_line(const char *task, const char *file, char *line,
		      size_t bytes)
{
	char path[512];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", task, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, line, bytes - 1);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

/* where it waits, by the kernel's own words */
static void report_task(const char *task, const char *name)
{
	size_t len = strlen(actors.report);
	char comm[32], wchan[128];

	read_line(task, "comm", comm, sizeof(comm));
	read_line(task, "wchan", wchan, sizeof(wchan));
	snprintf(actors.report + len, sizeof(actors.report) - len,
		 "# %-10s waits in %s\n", name ? name : comm, wchan);
}

/* Nothing here takes memory that it does not have: that needs mmap_lock. */
static void report_tasks(pid_t child)
{
	struct dirent *entry;
	char task[300];

	snprintf(task, sizeof(task), "/proc/%d", child);
	report_task(task, "reset");
	while ((entry = readdir(actors.tasks))) {
		if (entry->d_name[0] == '.' || atoi(entry->d_name) == getpid())
			continue;
		snprintf(task, sizeof(task), "/proc/self/task/%s",
			 entry->d_name);
		report_task(task, NULL);
	}
}

/* bounded: did the reset come to its end? */
static bool reset_ends(struct reset *r, int *status)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	while (waitpid(r->child, status, WNOHANG) != r->child) {
		if (!brg_clock_left_ms(end))
			return false;
		brg_clock_sleep_ns(10 * MS);
	}
	r->child = 0;
	return true;
}

static void end_actors(void)
{
	atomic_store(&actors.stop, true);
	reset_call_end(&actors.release);
	reset_call_end(&actors.protect);
	reset_call_end(&actors.reads);
	if (actors.registers)
		munmap((void *)(uintptr_t)actors.registers, PAGE);
	actors.registers = NULL;
	if (actors.tasks)
		closedir(actors.tasks);
	actors.tasks = NULL;
}

/* What waits for a reset that waits for it is set free by the reset's end. */
static void kill_reset(struct reset *r)
{
	if (!r->child)
		return;
	kill(r->child, SIGKILL);
	waitpid(r->child, NULL, 0);
	r->child = 0;
}

static int teardown(void **state)
{
	kill_reset(*state);
	end_actors();
	return reset_teardown(state);
}

static void io_that_needs_mmap_lock_to_end_does_not_hang(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint8_t *page;
	int status;
	void *map;

	memset(&actors, 0, sizeof(actors));
	guest_register(guest);
	page = guest_map(guest, PAGE);
	assert_good(brg_vfio_map(&guest->vfio, REGISTERS, 0, PAGE, &map));
	actors.registers = map;
	actors.tasks = opendir("/proc/self/task");
	assert_non_null(actors.tasks);
	start_as(&actors.protect, "mprotect", protect);
	start_as(&actors.release, "release", release);
	stuck_start(page);
	r->child = child_start();
	if (!r->child)
		_exit(r->path->begin(guest) ? 1 : 0);
	reset_await_frozen_by_child(r);
	start_as(&actors.reads, "fault", read_registers);
	await_reads_stop();
	atomic_store(&actors.may_protect, true);
	await_protect();
	atomic_store(&actors.may_release, true);
	if (!reset_ends(r, &status)) {
		report_tasks(r->child);
		kill_reset(r);
		fail_msg("deadlock: %s waits for I/O that waits for it\n%s",
			 r->path->name, actors.report);
	}
	assert_int_equal(status, 0);
	end_actors();
	stuck_end();
	munmap(page, PAGE);
	reset_marker_set(guest);
	reset_expect_alive(r);
}

#define DEADLOCK_TEST(path_)                                                   \
	{                                                                      \
		.name = #path_                                                 \
			"_io_that_needs_mmap_lock_to_end_does_not_hang",       \
		.test_func = io_that_needs_mmap_lock_to_end_does_not_hang,     \
		.setup_func = reset_setup, .teardown_func = teardown,          \
		.initial_state = (void *)&path_,                               \
	}

static const struct CMUnitTest tests[] = {
	DEADLOCK_TEST(reset_vfio_pmr),
	DEADLOCK_TEST(reset_hot_pmr),
	DEADLOCK_TEST(reset_flr),
	DEADLOCK_TEST(reset_af_flr),
};

const struct guest_suite guest_reset_deadlock = GUEST_SUITE(tests);
