// SPDX-License-Identifier: GPL-2.0-only
/*
 * A revocable importer on behalf of a device, as an RDMA driver is one. Its
 * figures are those of the kernel's dma-buf functions alone, by the kernel's
 * clock; that of revocation is the exporter's system call, in which it tells
 * the importer and waits for it, and up to when the importer has lost it.
 */
#include "dmabuf-users.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <barrage/clock.h>
#include <barrage/log.h>
#include <barrage/pci.h>

#include "bench.h"
#include "cost-ops.h"

#define PROVE_BYTES 64u

int dmabuf_user_bind(struct dmabuf_setting *setting,
		     const struct bench_options *options)
{
	struct brg_pci pci;
	int ret;

	if (!*options->importer)
		return 0;
	ret = brg_pci_read(options->importer, &pci);
	if (ret)
		return ret;
	if (!options->take && *pci.driver &&
	    strcmp(pci.driver, BRG_IMPORTER_DRIVER))
		return brg_fail(
			-EBUSY,
			"%s: %s has it: unbind it first, or allow that with --take",
			pci.bdf, pci.driver);
	ret = brg_pci_bind(options->importer, BRG_IMPORTER_DRIVER,
			   &setting->binding);
	if (ret)
		return ret;
	strcpy(setting->importer, options->importer);
	return 0;
}

int dmabuf_user_restore(struct dmabuf_setting *setting)
{
	return brg_pci_restore(&setting->binding);
}

static bool importer_takes(const struct dmabuf_kind *kind, size_t nr_ranges)
{
	return kind->make;
}

static int attach_and_map(const struct brg_importer *importer, int fd,
			  uint64_t *attach_ns, uint64_t *map_ns)
{
	int ret = brg_importer_attach(importer, fd, BRG_IMPORTER_REVOCABLE,
				      attach_ns);

	return ret ? ret : brg_importer_map(importer, BRG_IMPORTER_RW, map_ns);
}

static int from_map_to_detach(const struct brg_importer *importer, int fd,
			      double *values_ns)
{
	uint64_t attach_ns, map_ns, unmap_ns, detach_ns;
	int ret = attach_and_map(importer, fd, &attach_ns, &map_ns);

	if (!ret)
		ret = brg_importer_unmap(importer, &unmap_ns);
	if (!ret)
		ret = brg_importer_detach(importer, &detach_ns);
	if (ret)
		return ret;
	values_ns[DMABUF_ATTACH] = (double)attach_ns;
	values_ns[DMABUF_MAP] = (double)map_ns;
	values_ns[DMABUF_UNMAP] = (double)unmap_ns;
	values_ns[DMABUF_DETACH] = (double)detach_ns;
	return 0;
}

/* It does not count where the importer was not made to give up a mapping. */
static int map_and_revoke(const struct dmabuf_source *source,
			  const struct brg_importer *importer, int fd,
			  double *values_ns)
{
	struct brg_importer_status before, after;
	uint64_t start_ns;
	int ret = attach_and_map(importer, fd, NULL, NULL);

	if (!ret)
		ret = brg_importer_status(importer, &before);
	if (ret)
		return ret;
	start_ns = brg_clock_now_ns();
	ret = brg_dmabuf_revoke(&source->target->vfio, fd);
	values_ns[DMABUF_REVOKE] = cost_since_ns(start_ns);
	if (!ret)
		ret = brg_importer_status(importer, &after);
	if (!ret)
		ret = brg_importer_detach(importer, NULL);
	if (ret)
		return ret;
	values_ns[DMABUF_LOST] = (double)after.unmapped_ns - (double)start_ns;
	if (after.nr_invalidated == before.nr_invalidated + 1 &&
	    after.state == BRG_IMPORTER_REVOKED && after.unmapped_ns > start_ns)
		return 0;
	return brg_fail(-EPROTO,
			"%s: revoked, but the importer did not lose a mapping",
			importer->bdf);
}

/* no importer where the machine has none; else open, with a dma-buf */
static int begin(const struct dmabuf_setting *setting,
		 const struct dmabuf_cell *cell, struct brg_importer *importer,
		 int *fdp)
{
	int ret;

	if (!*setting->importer)
		return brg_fail(
			-EOPNOTSUPP,
			"no device to import for: give an \"edu\" with --importer BDF");
	ret = brg_importer_open(setting->importer, importer);
	if (ret)
		return ret;
	ret = cell->kind->make(&setting->source, cell->ranges, cell->nr, fdp);
	if (ret)
		brg_importer_close(importer);
	return ret;
}

static int importer_sample(const struct dmabuf_setting *setting,
			   const struct dmabuf_cell *cell, double *values_ns)
{
	struct brg_importer importer;
	int fd, ret = begin(setting, cell, &importer, &fd);

	if (ret)
		return ret;
	ret = from_map_to_detach(&importer, fd, values_ns);
	if (!ret && cell->kind->revocable)
		ret = map_and_revoke(&setting->source, &importer, fd,
				     values_ns);
	brg_importer_close(&importer);
	close(fd);
	return ret;
}

/* its addresses end where the device's do */
static int beyond(const struct dmabuf_setting *setting)
{
	return brg_fail(-EOPNOTSUPP, "%s: it does not reach so far",
			setting->importer);
}

/* nothing else is a limit of the device, once it was proven */
static int importer_reach(const struct dmabuf_setting *setting,
			  const struct dmabuf_cell *cell)
{
	struct brg_importer importer;
	int fd, ret = begin(setting, cell, &importer, &fd);

	if (ret)
		return bench_has_worked(ret);
	ret = attach_and_map(&importer, fd, NULL, NULL);
	if (ret == -ERANGE)
		ret = beyond(setting);
	else
		ret = bench_has_worked(ret);
	brg_importer_close(&importer);
	close(fd);
	return ret;
}

/* What the device writes to its mapping is seen in the memory. */
static int importer_prove(const struct dmabuf_setting *setting,
			  const struct dmabuf_kind *kind)
{
	const struct brg_dmabuf_range range = { 0, kind->align };
	const struct dmabuf_cell cell = { kind, &range, 1, kind->align };
	uint64_t data[PROVE_BYTES / 8], found[PROVE_BYTES / 8] = {};
	struct brg_importer importer;
	int fd, ret = begin(setting, &cell, &importer, &fd);

	if (ret)
		return ret;
	for (size_t i = 0; i < PROVE_BYTES / 8; i++)
		data[i] = brg_clock_now_ns() * 0x9e3779b97f4a7c15ull + i;
	ret = attach_and_map(&importer, fd, NULL, NULL);
	if (ret == -ERANGE)
		ret = beyond(setting);
	if (!ret)
		ret = brg_importer_write(&importer, 0, data, PROVE_BYTES);
	if (!ret)
		ret = dmabuf_kind_copy(kind, &setting->source, found,
				       PROVE_BYTES, false);
	if (!ret && memcmp(data, found, PROVE_BYTES))
		ret = brg_fail(
			-EXDEV,
			"%s: what it wrote to a dma-buf (%s) is not there",
			setting->importer, kind->name);
	brg_importer_close(&importer);
	close(fd);
	return ret;
}

const struct dmabuf_user dmabuf_user_importer = {
	.name = "device",
	.metrics = 1u << DMABUF_ATTACH | 1u << DMABUF_MAP | 1u << DMABUF_UNMAP |
		   1u << DMABUF_DETACH | 1u << DMABUF_REVOKE |
		   1u << DMABUF_LOST,
	.takes = importer_takes,
	.prove = importer_prove,
	.reach = importer_reach,
	.sample = importer_sample,
};
