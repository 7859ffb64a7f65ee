// SPDX-License-Identifier: GPL-2.0-only
/*
 * iommufd as the importer: into the address space of the device itself, so that
 * the IOMMU's page tables are written. It attaches and maps in one step, and
 * takes dma-bufs of VFIO alone, of one range. Host memory is the baseline.
 */
#include "dmabuf-users.h"

#include <unistd.h>

#include <barrage/clock.h>
#include <barrage/iommufd.h>

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
	undone = unmap(source, cell, iova);
	return ret ? ret : undone;
}

static int iommufd_sample(const struct dmabuf_setting *setting,
			  const struct dmabuf_cell *cell, double *values_ns)
{
	const struct dmabuf_source *source = &setting->source;
	int fd = -1, ret = 0;

	if (cell->kind->make)
		ret = cell->kind->make(source, cell->ranges, cell->nr, &fd);
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
	.sample = iommufd_sample,
};
