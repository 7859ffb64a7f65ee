// SPDX-License-Identifier: GPL-2.0-only
#include "traffic.h"

#include "guest.h"

#include <barrage/block.h>
#include <barrage/clock.h>
#include <barrage/disk.h>
#include <barrage/mmio.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_NS 60000000000ull
#define POLL_NS 1000000ull

static struct traffic {
	bool started;
	pthread_t thread;
	int disk;
	uint8_t *bar;
	uint8_t *host;
	struct brg_block_stamp stamp;
	atomic_bool stop;
	atomic_uint rounds;
	atomic_bool failed;
	char why[256];
} traffic = { .disk = -1 };

static int transfer(bool write, void *buf)
{
	ssize_t done = write ? pwrite(traffic.disk, buf, TRAFFIC_BYTES, 0) :
			       pread(traffic.disk, buf, TRAFFIC_BYTES, 0);

	if (done == TRAFFIC_BYTES)
		return 0;
	return done < 0 ? -errno : -EIO;
}

static int check(void)
{
	return brg_block_check(traffic.host, TRAFFIC_BYTES, 0, &traffic.stamp,
			       NULL);
}

/* From the BAR to the disk, and back into it; new data each time. */
static int one_round(const char **what)
{
	int ret;

	traffic.stamp.generation++;
	*what = "fill";
	ret = brg_block_fill(traffic.host, TRAFFIC_BYTES, 0, &traffic.stamp);
	if (ret)
		return ret;
	brg_mmio_store(traffic.bar, traffic.host, TRAFFIC_BYTES);
	*what = "write from the BAR";
	ret = transfer(true, traffic.bar);
	if (ret)
		return ret;
	memset(traffic.host, 0, TRAFFIC_BYTES);
	brg_mmio_store(traffic.bar, traffic.host, TRAFFIC_BYTES);
	*what = "read into the BAR";
	ret = transfer(false, traffic.bar);
	if (ret)
		return ret;
	brg_mmio_load(traffic.host, traffic.bar, TRAFFIC_BYTES);
	*what = "data";
	return check();
}

static void *run(void *arg)
{
	const char *what;
	int ret;

	(void)arg;
	while (!traffic.stop) {
		ret = one_round(&what);
		if (ret) {
			snprintf(traffic.why, sizeof(traffic.why),
				 "%s: %s (%s)", what, strerror(-ret),
				 brg_last_error());
			traffic.failed = true;
			break;
		}
		traffic.rounds++;
	}
	return NULL;
}

void traffic_start(void *bar)
{
	static uint64_t generation;
	struct brg_disk disk;

	assert_good(brg_disk_read(guest_role("DISK"), &disk));
	assert_good(brg_disk_check_scratch(&disk));
	traffic.disk = open(disk.path, O_RDWR | O_DIRECT | O_CLOEXEC);
	assert_true(traffic.disk >= 0);
	traffic.host = mmap(NULL, TRAFFIC_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(traffic.host, MAP_FAILED);
	generation += 1000000;
	traffic.stamp = (struct brg_block_stamp){
		.tag = 0x7aff,
		.generation = generation,
		.seed = 2,
		.block_bytes = disk.logical_bytes,
	};
	traffic.bar = bar;
	traffic.stop = false;
	traffic.failed = false;
	traffic.rounds = 0;
	assert_int_equal(pthread_create(&traffic.thread, NULL, run, NULL), 0);
	traffic.started = true;
	traffic_expect();
}

void traffic_expect(void)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	unsigned int before = traffic.rounds;

	/* the round that goes on now, and one more */
	while (traffic.rounds < before + 2) {
		if (traffic.failed)
			fail_msg("I/O: %s", traffic.why);
		if (!brg_clock_left_ms(end))
			fail_msg("I/O does not go on");
		brg_clock_sleep_ns(POLL_NS);
	}
}

void traffic_abort(void)
{
	if (!traffic.started)
		return;
	traffic.stop = true;
	pthread_join(traffic.thread, NULL);
	traffic.started = false;
	munmap(traffic.host, TRAFFIC_BYTES);
	close(traffic.disk);
}

void traffic_end(void)
{
	traffic_abort();
	if (traffic.failed)
		fail_msg("I/O: %s", traffic.why);
	assert_true(traffic.rounds > 0);
}
