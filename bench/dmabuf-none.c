// SPDX-License-Identifier: GPL-2.0-only
/* a dma-buf that nobody imports: what its exporter alone costs */
#include "dmabuf-users.h"

#include <unistd.h>

#include <barrage/clock.h>

#include "cost-ops.h"

static bool none_takes(const struct dmabuf_kind *kind, size_t nr_ranges)
{
	return kind->make;
}

static int revoke_it(const struct dmabuf_source *source,
		     const struct dmabuf_cell *cell, double *value_ns)
{
	uint64_t start_ns;
	int fd, ret;

	ret = cell->kind->make(source, cell->ranges, cell->nr, &fd);
	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	ret = brg_dmabuf_revoke(&source->target->vfio, fd);
	*value_ns = cost_since_ns(start_ns);
	close(fd);
	return ret;
}

static int none_sample(const struct dmabuf_setting *setting,
		       const struct dmabuf_cell *cell, double *values_ns)
{
	const struct dmabuf_source *source = &setting->source;
	uint64_t start_ns = brg_clock_now_ns();
	int fd, ret = cell->kind->make(source, cell->ranges, cell->nr, &fd);

	values_ns[DMABUF_EXPORT] = cost_since_ns(start_ns);
	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	close(fd);
	values_ns[DMABUF_CLOSE] = cost_since_ns(start_ns);
	return cell->kind->revocable ?
		       revoke_it(source, cell, &values_ns[DMABUF_REVOKE]) :
		       0;
}

const struct dmabuf_user dmabuf_user_none = {
	.name = "none",
	.metrics = 1u << DMABUF_EXPORT | 1u << DMABUF_CLOSE |
		   1u << DMABUF_REVOKE,
	.takes = none_takes,
	.sample = none_sample,
};
