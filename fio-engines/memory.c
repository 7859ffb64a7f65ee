// SPDX-License-Identifier: GPL-2.0-only
/*
 * The job's memory: taken, proved, given back. Nothing is ever replaced by
 * something else: what cannot be had fails the job.
 */
#include "engine.h"

#include <sys/mman.h>

/* NULL where none was named; that it exists, the parser has seen */
const struct brg_mem_ops *memory_kind(const struct thread_data *td)
{
	const struct engine_options *o = td->eo;

	return o->mem ? brg_mem_find(o->mem) : NULL;
}

static bool has_provider(const struct engine_options *o)
{
	return o->provider && strcmp(o->provider, "none");
}

/* What no library call can know: how this job's options go together. */
static int check_job(struct thread_data *td, const struct brg_mem_ops *kind)
{
	const struct engine_options *o = td->eo;

	if (!kind)
		return engine_fail(
			td, EINVAL,
			"no kind of memory: set barrage_mem= to one of %s (or mem=malloc for fio's own memory)",
			brg_mem_names());
	if (brg_mem_check_direct(kind))
		return engine_fail(
			td, EOPNOTSUPP,
			"barrage_mem=%s (and through the page cache the CPU would copy every byte)",
			brg_last_error());
	if ((kind->flags & BRG_MEM_NEEDS_BDF) && !has_provider(o))
		return engine_fail(
			td, EINVAL,
			"barrage_mem=%s needs barrage_provider=, the PCI address of the device whose BAR it is",
			kind->name);
	if (kind->verdict == BRG_VERDICT_P2P && !td->o.odirect)
		return engine_fail(
			td, EINVAL,
			"barrage_mem=%s needs direct=1: through the page cache the CPU would copy every byte",
			kind->name);
	/* fio clears numjobs in all but the first of the jobs that it makes */
	if ((kind->flags & BRG_MEM_NEEDS_VFIO) && !td->o.use_thread &&
	    (td->o.numjobs > 1 || td->subjob_number))
		return engine_fail(
			td, EBUSY,
			"barrage_mem=%s with numjobs=: VFIO opens %s for one process only: add thread=1",
			kind->name, o->provider);
	return 0;
}

static int open_failed(struct thread_data *td, const struct brg_mem_ops *kind,
		       size_t bytes, int err)
{
	if (err == -ENOMEM)
		return engine_fail(
			td, err,
			"%s (the job needs %zu bytes: iodepth=%u times bs=%llu, for each of numjobs=)",
			brg_last_error(), bytes, td->o.iodepth, td_max_bs(td));
	if (err == -EBUSY && !td->o.use_thread &&
	    (kind->flags & BRG_MEM_NEEDS_VFIO))
		return engine_fail(
			td, err,
			"%s (if it is another job of this run: add thread=1 to all of them)",
			brg_last_error());
	return engine_fail(td, err, "%s", brg_last_error());
}

static int open_shadow(struct thread_data *td, struct engine *e)
{
	void *map = mmap(NULL, brg_mem_size(e->mem), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (map == MAP_FAILED)
		return engine_fail(td, errno,
				   "no memory for a shadow of %zu bytes",
				   brg_mem_size(e->mem));
	e->shadow = map;
	return 0;
}

/*
 * fio asks for @bytes, which is more than it uses: a page or two in case the
 * memory were not aligned. Ours is, and a BAR is small, so only what is used is
 * taken: bs times iodepth, after the distance that iomem_align= wants.
 */
int memory_alloc(struct thread_data *td, size_t bytes)
{
	const struct engine_options *o = td->eo;
	const struct brg_mem_ops *kind = memory_kind(td);
	struct engine *e = td->io_ops_data;
	struct brg_mem_params params = {
		.bdf = has_provider(o) ? o->provider : NULL,
		.bar = o->bar,
		.offset_bytes = o->bar_offset_bytes,
		.size_bytes = td_max_bs(td) * td->o.iodepth + td->o.mem_align,
	};
	int ret;

	if (check_job(td, kind))
		return 1;
	ret = brg_mem_open(kind, &params, &e->mem);
	if (ret)
		return open_failed(td, kind, params.size_bytes, ret);
	if (verdict_of_mem(td, e->mem))
		goto close;
	if (o->verify_from == VERIFY_FROM_SHADOW && open_shadow(td, e))
		goto close;
	td->orig_buffer = e->shadow ? e->shadow : brg_mem_dev_addr(e->mem);
	return 0;
close:
	brg_mem_close(e->mem);
	e->mem = NULL;
	return 1;
}

void memory_free(struct thread_data *td)
{
	struct engine *e = td->io_ops_data;

	if (!e || !e->mem)
		return;
	complete_drain(td);
	if (e->shadow)
		munmap(e->shadow, brg_mem_size(e->mem));
	e->shadow = NULL;
	brg_mem_close(e->mem);
	e->mem = NULL;
}

/* fio has filled its buffers by now, and the job has not started. */
int memory_post_init(struct thread_data *td)
{
	const struct brg_mem_ops *kind = memory_kind(td);
	struct engine *e = td->io_ops_data;

	if (e->mem) {
		transfer_start(td);
		return 0;
	}
	if (!td->orig_buffer)
		return 0;
	if (kind && kind->verdict != BRG_VERDICT_HOST)
		return engine_fail(
			td, EINVAL,
			"mem= asks for fio's own host memory and barrage_mem=%s for a BAR: leave one of them out",
			kind->name);
	return verdict_of_buffer(td);
}

/* The kernel's answer to a transfer that cannot be peer-to-peer is terse. */
char *memory_errdetails(struct thread_data *td, struct io_u *io_u)
{
	const struct engine_options *o = td->eo;
	struct engine *e = td->io_ops_data;
	char *text;

	if (e->refusal_explained || !e->mem ||
	    brg_mem_kind(e->mem)->verdict != BRG_VERDICT_P2P)
		return NULL;
	if (io_u->error != EREMOTEIO && io_u->error != EINVAL &&
	    io_u->error != EOPNOTSUPP && io_u->error != EFAULT)
		return NULL;
	e->refusal_explained = true;
	if (asprintf(
		    &text,
		    "barrage: %s: the kernel refused peer-to-peer DMA with %s: no allowed route between the two (host bridge, ACS, IOMMU), or the disk's driver or file system cannot take BAR pages",
		    io_u->file->file_name, o->provider) < 0)
		return NULL;
	return text;
}
