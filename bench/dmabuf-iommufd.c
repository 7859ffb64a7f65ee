// SPDX-License-Identifier: GPL-2.0-only
/*
 * iommufd as the importer: into the address space of the device itself, so that
 * the IOMMU's page tables are written. It attaches and maps in one step, and
 * takes dma-bufs of VFIO alone, of one range. Host memory is the baseline.
 *
 * What it maps is proven by a device that user space drives.
 */
#include "dmabuf-users.h"

#include <errno.h>
#include <unistd.h>

#include <barrage/clock.h>
#include <barrage/iommufd.h>
#include <barrage/log.h>

#include "cost-ops.h"

static bool iommufd_takes(const struct dmabuf_kind *kind, size_t nr_ranges)
{
	return nr_ranges == 1 && (kind->revocable || !kind->make);
}

static int map(const struct dmabuf_source *source,
	       const struct dmabuf_cell *cell, int fd, uint64_t *iova)
{
	const struct brg_vfio *vfio = &source->target->vfio;

	if (fd < 0)
		return brg_iommufd_ioas_map(&vfio->iommufd, vfio->ioas_id,
					    source->host, cell->bytes, iova);
	return brg_iommufd_ioas_map_file(&vfio->iommufd, vfio->ioas_id, fd,
					 cell->bytes, iova);
}

static int unmap(const struct dmabuf_source *source,
		 const struct dmabuf_cell *cell, uint64_t iova)
{
	const struct brg_vfio *vfio = &source->target->vfio;

	return brg_iommufd_ioas_unmap(&vfio->iommufd, vfio->ioas_id, iova,
				      cell->bytes);
}

static int map_and_unmap(const struct dmabuf_source *source,
			 const struct dmabuf_cell *cell, int fd,
			 double *values_ns)
{
	uint64_t iova, start_ns = brg_clock_now_ns();
	int ret = map(source, cell, fd, &iova);

	values_ns[DMABUF_MAP] = cost_since_ns(start_ns);
	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	ret = unmap(source, cell, iova);
	values_ns[DMABUF_UNMAP] = cost_since_ns(start_ns);
	return ret;
}

/* iommufd keeps the addresses, so it is the dma-buf that is asked */
static int check_revoked(const struct dmabuf_source *source,
			 const struct dmabuf_cell *cell, int fd)
{
	uint64_t iova;
	int ret = map(source, cell, fd, &iova);

	if (ret == -ENODEV)
		return 0;
	if (!ret)
		unmap(source, cell, iova);
	return brg_fail(-EPROTO, "%s: %s: revoked, but iommufd %s it",
			source->target->pci.bdf, cell->kind->name,
			ret ? "does not say so of" : "still maps");
}

static int map_and_revoke(const struct dmabuf_source *source,
			  const struct dmabuf_cell *cell, int fd,
			  double *value_ns)
{
	uint64_t iova, start_ns;
	int undone, ret = map(source, cell, fd, &iova);

	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	ret = brg_dmabuf_revoke(&source->target->vfio, fd);
	*value_ns = cost_since_ns(start_ns);
	if (!ret)
		ret = check_revoked(source, cell, fd);
	undone = unmap(source, cell, iova);
	return ret ? ret : undone;
}

static int make(const struct dmabuf_source *source,
		const struct dmabuf_cell *cell, int *fdp)
{
	*fdp = -1;
	return cell->kind->make ?
		       cell->kind->make(source, cell->ranges, cell->nr, fdp) :
		       0;
}

/* does this kernel do it at all, and what is it that a device finds there? */
static int iommufd_prove(const struct dmabuf_setting *setting,
			 const struct dmabuf_kind *kind)
{
	const struct brg_dmabuf_range range = { 0, kind->align };
	const struct dmabuf_cell cell = { kind, &range, 1, kind->align };
	const struct dmabuf_source *source = &setting->source;
	uint64_t iova;
	int fd, ret = make(source, &cell, &fd);

	if (!ret)
		ret = map(source, &cell, fd, &iova);
	if (!ret)
		ret = unmap(source, &cell, iova);
	if (!ret && *setting->importer)
		ret = dmabuf_edu_prove(setting, &cell, fd);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int iommufd_sample(const struct dmabuf_setting *setting,
			  const struct dmabuf_cell *cell, double *values_ns)
{
	const struct dmabuf_source *source = &setting->source;
	int fd, ret = make(source, cell, &fd);

	if (!ret)
		ret = map_and_unmap(source, cell, fd, values_ns);
	if (!ret && cell->kind->revocable)
		ret = map_and_revoke(source, cell, fd,
				     &values_ns[DMABUF_REVOKE]);
	if (fd >= 0)
		close(fd);
	return ret;
}

const struct dmabuf_user dmabuf_user_iommufd = {
	.name = "iommufd",
	.metrics = 1u << DMABUF_MAP | 1u << DMABUF_UNMAP | 1u << DMABUF_REVOKE,
	.takes = iommufd_takes,
	.prove = iommufd_prove,
	.sample = iommufd_sample,
};
