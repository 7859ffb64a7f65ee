// SPDX-License-Identifier: GPL-2.0-only
#include "roundtrip.h"

#include <string.h>

#define DISK_OFFSET (1u << 20) /* clear of where signatures live */

size_t roundtrip_bytes(const struct roundtrip *trip)
{
	return trip->bs * trip->nr_ios;
}

/* stamped blocks of the next generation, in host memory */
static int next_generation(struct roundtrip *trip)
{
	trip->stamp.generation++;
	return brg_block_fill(trip->host, roundtrip_bytes(trip), DISK_OFFSET,
			      &trip->stamp);
}

typedef int (*transfer)(struct roundtrip *trip, size_t at);

static int disk_to_host(struct roundtrip *trip, size_t at)
{
	return disk_io_read(&trip->disk, trip->host + at, trip->bs,
			    DISK_OFFSET + at);
}

static int host_to_disk(struct roundtrip *trip, size_t at)
{
	return disk_io_write(&trip->disk, trip->host + at, trip->bs,
			     DISK_OFFSET + at);
}

static int disk_to_mem(struct roundtrip *trip, size_t at)
{
	return disk_io_read_mem(&trip->disk, trip->mem, trip->place + at,
				trip->bs, DISK_OFFSET + at);
}

static int mem_to_disk(struct roundtrip *trip, size_t at)
{
	return disk_io_write_mem(&trip->disk, trip->mem, trip->place + at,
				 trip->bs, DISK_OFFSET + at);
}

static int each_io(struct roundtrip *trip, transfer one)
{
	for (unsigned int i = 0; i < trip->nr_ios; i++) {
		int ret = one(trip, i * trip->bs);

		if (ret)
			return ret;
	}
	return 0;
}

static int store(struct roundtrip *trip)
{
	int ret = next_generation(trip);

	if (!ret)
		brg_mem_store(trip->mem, trip->place, trip->host,
			      roundtrip_bytes(trip));
	return ret;
}

int roundtrip_spoil(struct roundtrip *trip)
{
	int ret = next_generation(trip);

	if (!ret)
		ret = each_io(trip, host_to_disk);
	return ret ? ret : store(trip);
}

static int send_out(struct roundtrip *trip)
{
	int ret = store(trip);

	return ret ? ret : each_io(trip, mem_to_disk);
}

static int receive_out(struct roundtrip *trip)
{
	return each_io(trip, disk_to_host);
}

static int send_in(struct roundtrip *trip)
{
	int ret = next_generation(trip);

	if (!ret)
		ret = each_io(trip, host_to_disk);
	return ret ? ret : each_io(trip, disk_to_mem);
}

static int receive_in(struct roundtrip *trip)
{
	brg_mem_load(trip->mem, trip->place, trip->host, roundtrip_bytes(trip));
	return 0;
}

const struct roundtrip_way roundtrip_ways[ROUNDTRIP_NR_WAYS] = {
	{ "out", "written from it, read back through host memory", send_out,
	  receive_out },
	{ "in", "written through host memory, read back into it", send_in,
	  receive_in },
};

int roundtrip_run(struct roundtrip *trip, const struct roundtrip_way *way)
{
	int ret = way->send(trip);

	memset(trip->host, 0, roundtrip_bytes(trip));
	return ret ? ret : way->receive(trip);
}

int roundtrip_check(struct roundtrip *trip, struct brg_block_report *report)
{
	return brg_block_check(trip->host, roundtrip_bytes(trip), DISK_OFFSET,
			       &trip->stamp, report);
}
