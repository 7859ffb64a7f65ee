// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* What errors of the kernel and of devices mean, in words. */
#include "verbs-priv.h"

#include <errno.h>
#include <infiniband/verbs.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "size.h"

static const struct {
	const char *text;
	int err;
} statuses[] = {
	[IBV_WC_SUCCESS] = { "success", 0 },
	[IBV_WC_LOC_LEN_ERR] = { "the buffer at this end is too short", -EIO },
	[IBV_WC_LOC_QP_OP_ERR] = { "this end's queue pair is inconsistent",
				   -EIO },
	[IBV_WC_LOC_EEC_OP_ERR] = { "this end's context is inconsistent",
				    -EIO },
	[IBV_WC_LOC_PROT_ERR] = { "this end's region does not allow it: out of "
				  "the region, revoked, or of another domain",
				  -EFAULT },
	[IBV_WC_WR_FLUSH_ERR] = { "flushed: an earlier request has failed, or this "
				  "one and the device does not tell why",
				  -ECANCELED },
	[IBV_WC_MW_BIND_ERR] = { "the memory window could not be bound", -EIO },
	[IBV_WC_BAD_RESP_ERR] = { "an answer that makes no sense", -EIO },
	[IBV_WC_LOC_ACCESS_ERR] = { "this end's region is not writable",
				    -EFAULT },
	[IBV_WC_REM_INV_REQ_ERR] = { "the other end calls the request invalid",
				     -EIO },
	[IBV_WC_REM_ACCESS_ERR] = { "the other end's region does not allow it: "
				    "out of the region, revoked, or no right",
				    -EACCES },
	[IBV_WC_REM_OP_ERR] = { "the other end could not do it", -EREMOTEIO },
	[IBV_WC_RETRY_EXC_ERR] = { "no answer from the other end, retries "
				   "included",
				   -ETIMEDOUT },
	[IBV_WC_RNR_RETRY_EXC_ERR] = { "the other end was never ready",
				       -ETIMEDOUT },
	[IBV_WC_LOC_RDD_VIOL_ERR] = { "domains of the two ends differ", -EIO },
	[IBV_WC_REM_INV_RD_REQ_ERR] = { "the other end calls the read invalid",
					-EIO },
	[IBV_WC_REM_ABORT_ERR] = { "the other end has given up", -EREMOTEIO },
	[IBV_WC_INV_EECN_ERR] = { "no such context", -EIO },
	[IBV_WC_INV_EEC_STATE_ERR] = { "a context in the wrong state", -EIO },
	[IBV_WC_FATAL_ERR] = { "a fatal error of the device", -EIO },
	[IBV_WC_RESP_TIMEOUT_ERR] = { "the other end did not answer in time",
				      -ETIMEDOUT },
	[IBV_WC_GENERAL_ERR] = { "an error that the device does not name",
				 -EIO },
};

static bool is_known(uint32_t status)
{
	return status < sizeof(statuses) / sizeof(*statuses) &&
	       statuses[status].text;
}

void brg_verbs_status_text(uint32_t status, char *text, size_t size)
{
	if (is_known(status))
		snprintf(text, size, "%s (status %u)", statuses[status].text,
			 status);
	else
		snprintf(text, size,
			 "completion status %u, which libibverbs does not know",
			 status);
}

int brg_verbs_status_errno(uint32_t status)
{
	return is_known(status) ? statuses[status].err : -EIO;
}

static bool too_large(const struct brg_verbs *verbs, uint64_t bytes, char *text,
		      size_t size)
{
	char limit[BRG_SIZE_BYTES];

	if (bytes <= verbs->max_mr_bytes)
		return false;
	snprintf(text, size,
		 "the device takes at most %s in one region (max_mr_size)",
		 brg_size_text(verbs->max_mr_bytes, limit));
	return true;
}

void brg_verbs_explain_host(const struct brg_verbs *verbs, int err,
			    uint64_t bytes, uint64_t memlock, char *text,
			    size_t size)
{
	if (err == -EINVAL && !bytes)
		snprintf(text, size, "a region needs a byte at least");
	else if (too_large(verbs, bytes, text, size))
		return;
	else if (err == -ENOMEM && memlock != UINT64_MAX)
		snprintf(text, size,
			 "this process may lock %llu bytes, those of its other "
			 "regions included: raise RLIMIT_MEMLOCK (ulimit -l), "
			 "or use fewer than the device's %u regions",
			 (unsigned long long)memlock, verbs->max_mr);
	else if (err == -ENOMEM)
		snprintf(text, size,
			 "no memory for it, or all %u regions of the device "
			 "(max_mr) are in use",
			 verbs->max_mr);
	else if (err == -EPERM && !memlock)
		snprintf(text, size,
			 "this process may lock no memory at all: raise "
			 "RLIMIT_MEMLOCK (ulimit -l)");
	else if (err == -EOPNOTSUPP)
		snprintf(text, size,
			 "the driver has no such regions, or memory is "
			 "encrypted and the device gets at none of it");
	else if (err == -EINVAL)
		snprintf(text, size,
			 "address and length overflow, or the driver does not "
			 "take a region like this");
	else if (err == -EFAULT)
		snprintf(text, size,
			 "not mapped, or memory that cannot be pinned for "
			 "long, such as P2P pages: register a dma-buf of the "
			 "BAR in their place");
	else
		snprintf(text, size, "%s", strerror(-err));
}

static void explain_refusal(const struct brg_verbs *verbs, char *text,
			    size_t size)
{
	const struct brg_rdma_driver *driver = verbs->info.driver;

	if (brg_rdma_attach_is_accepted(driver->attach))
		snprintf(
			text, size,
			"not supported, though %s should do it in Linux 7.3 "
			"(%s): the dma-buf is not one of vfio-pci, or there is "
			"no peer-to-peer way, or the kernel lacks "
			"CONFIG_INFINIBAND_ON_DEMAND_PAGING",
			driver->name, driver->source);
	else
		snprintf(text, size, "not supported: %s: %s%s (%s)",
			 driver->name, brg_rdma_attach_text(driver->attach),
			 driver->cpu_copies && driver->attach ==
						       BRG_RDMA_ATTACH_NONE ?
				 " as released; where a patch gives it some, "
				 "no PCI device stands for it, or there is no "
				 "peer-to-peer way to that" :
				 "",
			 driver->source);
}

static void explain_invalid(const struct brg_verbs_dmabuf *dmabuf, int64_t size,
			    char *text, size_t room)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), end;

	if (!dmabuf->bytes)
		snprintf(text, room, "a region needs a byte at least");
	else if (dmabuf->offset % page != dmabuf->iova % page)
		snprintf(text, room,
			 "offset %#llx and iova %#llx differ within a page",
			 (unsigned long long)dmabuf->offset,
			 (unsigned long long)dmabuf->iova);
	else if (size < 0)
		snprintf(text, room, "that file is not a dma-buf");
	else if (__builtin_add_overflow(dmabuf->offset, dmabuf->bytes, &end))
		snprintf(text, room, "offset and length overflow");
	else if (end > (uint64_t)size)
		snprintf(text, room, "the dma-buf ends at %lld",
			 (long long)size);
	else
		snprintf(text, room,
			 "not a dma-buf, or the driver does not take a region "
			 "like this");
}

void brg_verbs_explain_dmabuf(const struct brg_verbs *verbs, int err,
			      const struct brg_verbs_dmabuf *dmabuf,
			      int64_t size_bytes, char *text, size_t size)
{
	switch (err) {
	case -EOPNOTSUPP:
		explain_refusal(verbs, text, size);
		break;
	case -EBADF:
		snprintf(text, size, "no such file is open");
		break;
	case -ENODEV:
		snprintf(text, size,
			 "it is revoked: its device is in reset, was closed or "
			 "has gone; enable the device's memory, or export the "
			 "dma-buf again");
		break;
	case -EINVAL:
		if (!too_large(verbs, dmabuf->bytes, text, size))
			explain_invalid(dmabuf, size_bytes, text, size);
		break;
	case -ENOMEM:
		if (!too_large(verbs, dmabuf->bytes, text, size))
			snprintf(text, size,
				 "no memory for it, or all %u regions of the "
				 "device (max_mr) are in use",
				 verbs->max_mr);
		break;
	default:
		snprintf(text, size, "%s", strerror(-err));
	}
}
