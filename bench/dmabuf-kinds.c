// SPDX-License-Identifier: GPL-2.0-only
#include "dmabuf-kinds.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <barrage/clock.h>
#include <barrage/log.h>
#include <barrage/udmabuf.h>

#include "backing.h"
#include "ram.h"

#define PAGE 4096u
#define PROVE_BYTES (2u << 20)

int dmabuf_source_open(struct dmabuf_source *source)
{
	int ret;

	source->memfd = -1;
	source->shared = NULL;
	source->host = NULL;
	ret = ram_map(DMABUF_HOST_BYTES, &source->host);
	if (!ret)
		ret = ram_map_memfd(DMABUF_HOST_BYTES, &source->memfd,
				    &source->shared);
	return ret;
}

void dmabuf_source_close(struct dmabuf_source *source)
{
	if (source->host)
		munmap(source->host, DMABUF_HOST_BYTES);
	if (source->shared)
		munmap(source->shared, DMABUF_HOST_BYTES);
	if (source->memfd >= 0)
		close(source->memfd);
}

uint64_t dmabuf_kind_bytes(const struct dmabuf_kind *kind,
			   const struct dmabuf_source *source)
{
	return kind->is_host ? DMABUF_HOST_BYTES :
			       target_bar_bytes(source->target);
}

int dmabuf_kind_copy(const struct dmabuf_kind *kind,
		     const struct dmabuf_source *source, void *data,
		     size_t bytes, bool store)
{
	const struct target *target = source->target;
	void *host = kind->make ? source->shared : source->host;

	if (kind->is_host) {
		memcpy(store ? host : data, store ? data : host, bytes);
		return 0;
	}
	return store ? brg_vfio_write(&target->vfio, target->bar, 0, data,
				      bytes) :
		       brg_vfio_read(&target->vfio, target->bar, 0, data,
				     bytes);
}

static int plain_make(const struct dmabuf_source *source,
		      const struct brg_dmabuf_range *ranges, size_t nr,
		      int *fdp)
{
	const struct target *target = source->target;

	return brg_dmabuf_export_ranges(&target->vfio, target->bar, ranges, nr,
					0, fdp);
}

static int pages_make(const struct dmabuf_source *source,
		      const struct brg_dmabuf_range *ranges, size_t nr,
		      int *fdp)
{
	const struct target *target = source->target;

	return brg_dmabuf_export_ranges(&target->vfio, target->bar, ranges, nr,
					BRG_DMABUF_PAGES, fdp);
}

static int host_make(const struct dmabuf_source *source,
		     const struct brg_dmabuf_range *ranges, size_t nr, int *fdp)
{
	return brg_udmabuf_create(source->memfd, ranges, nr, fdp);
}

static int look(const struct dmabuf_source *source, const char *name,
		void *addr, struct brg_proof *proof)
{
	const struct brg_mem_ops mem = { .name = name };
	const struct backing backing = { .mem = &mem };
	int ret = backing_prove(&backing, source->target, addr, PROVE_BYTES,
				proof, NULL);

	munmap(addr, PROVE_BYTES);
	return ret;
}

/* the page frames of its mapping are the BAR's */
static int plain_prove(const struct dmabuf_source *source,
		       struct brg_proof *proof)
{
	const struct brg_dmabuf_range range = { 0, PROVE_BYTES };
	void *addr;
	int fd, ret = plain_make(source, &range, 1, &fd);

	if (ret)
		return ret;
	ret = brg_dmabuf_map(fd, PROVE_BYTES, &addr);
	if (!ret)
		ret = look(source, "dmabuf", addr, proof);
	close(fd);
	return ret;
}

static int pages_prove(const struct dmabuf_source *source,
		       struct brg_proof *proof)
{
	const struct brg_dmabuf_range range = { 0, PROVE_BYTES };
	const struct target *target = source->target;
	void *addr;
	int fd, ret = pages_make(source, &range, 1, &fd);

	if (ret)
		return ret;
	ret = brg_vfio_map(&target->vfio, target->bar, 0, PROVE_BYTES, &addr);
	if (!ret)
		ret = look(source, "dmabuf-pages", addr, proof);
	close(fd);
	return ret;
}

/* what is stored in the one mapping is there in the other */
static int is_same(volatile uint64_t *word, const volatile uint64_t *same)
{
	uint64_t nonce = brg_clock_now_ns() ^ 0x6261727261676521ull;

	*word = nonce;
	return *same == nonce ?
		       0 :
		       brg_fail(-EXDEV,
				"udmabuf: it is not the memory of its memfd");
}

static int udmabuf_is_memfd(const struct dmabuf_source *source)
{
	const struct brg_dmabuf_range all = { 0, DMABUF_HOST_BYTES };
	const size_t last = DMABUF_HOST_BYTES / sizeof(uint64_t) - 1;
	uint64_t *words = source->shared;
	void *addr;
	int fd, ret = host_make(source, &all, 1, &fd);

	if (ret)
		return ret;
	ret = brg_dmabuf_map(fd, DMABUF_HOST_BYTES, &addr);
	close(fd);
	if (ret)
		return ret;
	ret = is_same(words, addr);
	if (!ret)
		ret = is_same(words + last, (uint64_t *)addr + last);
	munmap(addr, DMABUF_HOST_BYTES);
	return ret;
}

static int udmabuf_prove(const struct dmabuf_source *source,
			 struct brg_proof *proof)
{
	int ret =
		ram_prove("udmabuf", source->shared, DMABUF_HOST_BYTES, proof);

	return ret ? ret : udmabuf_is_memfd(source);
}

static int host_prove(const struct dmabuf_source *source,
		      struct brg_proof *proof)
{
	return ram_prove("host", source->host, DMABUF_HOST_BYTES, proof);
}

const struct dmabuf_kind dmabuf_kinds[] = {
	{
		.name = "dmabuf",
		.align = PAGE,
		.nr_samples = 16,
		.revocable = true,
		.make = plain_make,
		.prove = plain_prove,
	},
	{
		/* memory hotplug, and its grace periods: some 50 ms each */
		.name = "dmabuf-pages",
		.align = BRG_DMABUF_PAGES_ALIGN,
		.nr_samples = 4,
		.revocable = true,
		.make = pages_make,
		.prove = pages_prove,
	},
	{
		.name = "udmabuf",
		.align = PAGE,
		.nr_samples = 16,
		.is_host = true,
		.make = host_make,
		.prove = udmabuf_prove,
	},
	{
		.name = "host",
		.align = PAGE,
		.nr_samples = 16,
		.is_host = true,
		.prove = host_prove,
	},
	{},
};
