// SPDX-License-Identifier: GPL-2.0-only
#include "dmabuf-kinds.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <barrage/log.h>
#include <barrage/udmabuf.h>

#include "backing.h"

#define PAGE 4096u
#define PROVE_BYTES (2u << 20)

int dmabuf_source_open(struct dmabuf_source *source)
{
	void *addr;
	int ret;

	source->memfd = -1;
	source->host = NULL;
	ret = brg_udmabuf_memfd(DMABUF_HOST_BYTES, &source->memfd);
	if (ret)
		return ret;
	addr = mmap(NULL, DMABUF_HOST_BYTES, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, source->memfd, 0);
	if (addr == MAP_FAILED)
		return brg_fail(-errno, "mmap of a memfd: %s", strerror(errno));
	source->host = addr;
	return 0;
}

void dmabuf_source_close(struct dmabuf_source *source)
{
	if (source->host)
		munmap(source->host, DMABUF_HOST_BYTES);
	if (source->memfd >= 0)
		close(source->memfd);
}

uint64_t dmabuf_kind_bytes(const struct dmabuf_kind *kind,
			   const struct dmabuf_source *source)
{
	return kind->is_host ? DMABUF_HOST_BYTES :
			       target_bar_bytes(source->target);
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

static int prove_mem(const char *kind, struct brg_proof *proof)
{
	const struct brg_mem_params params = { .size_bytes = PROVE_BYTES };
	struct brg_mem *mem;
	int ret = brg_mem_open(brg_mem_find(kind), &params, &mem);

	if (ret)
		return ret;
	ret = brg_mem_prove(mem, proof);
	brg_mem_close(mem);
	return ret;
}

static int udmabuf_prove(const struct dmabuf_source *source,
			 struct brg_proof *proof)
{
	return prove_mem("udmabuf", proof);
}

static int host_prove(const struct dmabuf_source *source,
		      struct brg_proof *proof)
{
	return prove_mem("host", proof);
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
