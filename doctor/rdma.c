// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which RDMA devices take dma-bufs of VFIO. Where there is one to try with, each
 * device registers a page of it; else a table of what the drivers of Linux 7.3 do
 * has to serve.
 */
#include "doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <barrage/log.h>
#include <barrage/verbs.h>

#define ADVICE_DEVICE                                                          \
	"to try it, name a provider that may be reset: barrage-doctor "        \
	"--device BDF"

static void by_table(struct doctor *doctor, const struct brg_verbs_info *info,
		     enum doctor_status status, const char *advice)
{
	const struct brg_rdma_driver *driver = info->driver;
	bool accepted = brg_rdma_attach_is_accepted(driver->attach);

	if (driver->attach == BRG_RDMA_ATTACH_UNKNOWN)
		doctor_add(doctor, "rdma", info->name, DOCTOR_UNKNOWN, "table",
			   advice, "driver number %u: %s", info->driver_id,
			   brg_rdma_attach_text(driver->attach));
	else
		doctor_add(doctor, "rdma", info->name, status, "table", advice,
			   "driver %s %s dma-bufs of VFIO: %s (Linux 7.3, %s)",
			   driver->name, accepted ? "takes" : "does not take",
			   brg_rdma_attach_text(driver->attach),
			   driver->source);
}

static enum doctor_status status_of(const struct brg_rdma_driver *driver)
{
	return brg_rdma_attach_is_accepted(driver->attach) ? DOCTOR_OK :
							     DOCTOR_NO;
}

/* 0; what registering says; or, where it did not come to that, 1 */
static int try(const struct doctor *doctor, const struct brg_verbs_info *info)
{
	const struct brg_verbs_dmabuf page = {
		.fd = doctor->dmabuf,
		.bytes = (uint64_t)sysconf(_SC_PAGESIZE),
	};
	struct brg_verbs_mr mr = {};
	struct brg_verbs *verbs;
	int ret;

	if (brg_verbs_open_regions(info->name, &verbs))
		return 1;
	ret = brg_verbs_reg_dmabuf(verbs, &page, &mr);
	if (!ret && brg_verbs_dereg(&mr))
		ret = 1;
	brg_verbs_close(verbs);
	return ret;
}

static void by_trial(struct doctor *doctor, const struct brg_verbs_info *info)
{
	int ret = try(doctor, info);

	if (!ret)
		doctor_add(doctor, "rdma", info->name, DOCTOR_OK, "trial", NULL,
			   "driver %s takes dma-bufs of VFIO%s",
			   info->driver->name,
			   info->driver->cpu_copies ?
				   "; the CPU copies the data" :
				   "");
	else if (ret == -EOPNOTSUPP)
		doctor_add(doctor, "rdma", info->name, DOCTOR_NO, "trial", NULL,
			   "%s", brg_last_error());
	else
		/* that says nothing of what the device takes */
		by_table(doctor, info, DOCTOR_UNKNOWN, brg_last_error());
}

/* all there are; NULL with the return of brg_verbs_list() where there is none */
static struct brg_verbs_info *list(int *nr)
{
	struct brg_verbs_info *infos = NULL, *more;
	size_t max = 0;

	do {
		max += BRG_VERBS_MAX_DEVICES;
		more = reallocarray(infos, max, sizeof(*infos));
		if (!more) {
			*nr = brg_fail(-ENOMEM, "out of memory");
			break;
		}
		infos = more;
		*nr = brg_verbs_list(infos, max);
	} while (*nr == (int)max);
	if (*nr > 0)
		return infos;
	free(infos);
	return NULL;
}

void doctor_rdma(struct doctor *doctor)
{
	struct brg_verbs_info *infos;
	int nr;

	infos = list(&nr);
	if (nr < 0)
		doctor_add(doctor, "rdma", "none", DOCTOR_NO, "kernel", NULL,
			   "%s", brg_last_error());
	if (!nr)
		doctor_add(doctor, "rdma", "none", DOCTOR_NO, "kernel",
			   "load the driver of the card (mlx5_ib, irdma); "
			   "without hardware: make shell",
			   "no RDMA device");
	for (int i = 0; i < nr; i++) {
		if (doctor->dmabuf >= 0)
			by_trial(doctor, &infos[i]);
		else
			by_table(doctor, &infos[i], status_of(infos[i].driver),
				 ADVICE_DEVICE);
	}
	free(infos);
}
