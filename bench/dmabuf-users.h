/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dmabuf-users - what is done with a dma-buf, and how long each step takes
 */
#ifndef BENCH_DMABUF_USERS_H
#define BENCH_DMABUF_USERS_H

#include <barrage/importer.h>

#include "dmabuf-kinds.h"

enum dmabuf_metric {
	DMABUF_EXPORT,
	DMABUF_CLOSE,
	DMABUF_ATTACH,
	DMABUF_MAP,
	DMABUF_UNMAP,
	DMABUF_DETACH,
	DMABUF_REVOKE,
	DMABUF_LOST, /* from the start of the revocation to the importer's loss */
	DMABUF_NR_METRICS,
};

/**
 * struct dmabuf_cell - one combination that is measured
 * @kind: of memory
 * @ranges: @nr of them, @bytes together
 */
struct dmabuf_cell {
	const struct dmabuf_kind *kind;
	const struct brg_dmabuf_range *ranges;
	size_t nr;
	uint64_t bytes;
};

/**
 * struct dmabuf_setting - where the users work
 * @source: open
 * @importer: bdf of its device; "" where the machine has none
 * @binding: of that device, while it is used
 */
struct dmabuf_setting {
	struct dmabuf_source source;
	char importer[BRG_PCI_BDF_BYTES];
	struct brg_pci_binding binding;
};

/**
 * struct dmabuf_user - one way to use dma-bufs
 * @name: for the parameter "importer" of records
 * @metrics: bits of enum dmabuf_metric: what it yields; DMABUF_REVOKE and
 *	DMABUF_LOST only for kinds that are revocable
 * @takes: can it use this at all? What it cannot is no cell
 * @prove: that what it maps is this kind's memory; NULL: nothing to prove
 * @reach: map it once, and unmap it; NULL: what it takes it reaches
 * @sample: one sample: receives a value in ns for each metric
 *
 * All return 0, or -errno with brg_last_error() set. @prove and @reach return
 * -EOPNOTSUPP where this machine cannot do it; @sample comes after them, and
 * whatever it returns is a failure.
 */
struct dmabuf_user {
	const char *name;
	unsigned int metrics;
	bool (*takes)(const struct dmabuf_kind *kind, size_t nr_ranges);
	int (*prove)(const struct dmabuf_setting *setting,
		     const struct dmabuf_kind *kind);
	int (*reach)(const struct dmabuf_setting *setting,
		     const struct dmabuf_cell *cell);
	int (*sample)(const struct dmabuf_setting *setting,
		      const struct dmabuf_cell *cell, double *values_ns);
};

/* nobody, an importer on behalf of a device, iommufd */
extern const struct dmabuf_user dmabuf_user_none;
extern const struct dmabuf_user dmabuf_user_importer;
extern const struct dmabuf_user dmabuf_user_iommufd;

/**
 * dmabuf_edu_prove - what a device finds where iommufd has mapped memory
 * @setting: with an importer's device, an "edu"
 * @cell: memory, one range from its start
 * @fd: dma-buf of it; -1: it is this process's own
 *
 * The device is taken from its driver meanwhile and driven by this process: what
 * it writes has to be seen in the memory by its owner. Takes half a second.
 *
 * Return: 0; -EXDEV where it is not seen; -errno; with brg_last_error() set.
 */
int dmabuf_edu_prove(const struct dmabuf_setting *setting,
		     const struct dmabuf_cell *cell, int fd);

/**
 * dmabuf_user_bind - get the importer's device, where there is one
 * @setting: receives it
 * @options: name it, or not
 *
 * Return: 0, also where there is none; -errno with brg_last_error() set.
 */
int dmabuf_user_bind(struct dmabuf_setting *setting,
		     const struct bench_options *options);

/** dmabuf_user_restore - give it back; 0; -errno with brg_last_error() set */
int dmabuf_user_restore(struct dmabuf_setting *setting);

#endif
