// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where an I/O's bytes are, and the copies around it.
 *
 * Two copies are told apart. A bounce copy is what the bounce kind is about, so
 * it is made with the clock of fio's completion latency running. The shadow's
 * copy only lets fio set or see the bytes, so it is made before that clock
 * starts and after it has stopped.
 */
#include "engine.h"

#include "verify.h"

/* Of fio's buffer, and so of everything that mirrors it. */
static size_t offset_of(const struct thread_data *td, const struct io_u *io_u)
{
	return (size_t)((char *)io_u->xfer_buf - td->orig_buffer);
}

void *transfer_addr(struct thread_data *td, const struct io_u *io_u)
{
	const struct engine *e = td->io_ops_data;

	if (!e->mem)
		return io_u->xfer_buf;
	return (char *)brg_mem_io_addr(e->mem) + offset_of(td, io_u);
}

/*
 * Decides which copies a shadow needs, and gives the memory under test fio's
 * first filling, so that even a job that copies nothing more writes the data
 * that fio made and not what happened to lie in a BAR.
 *
 * Reads have to be seen where fio verifies them. Writes have to be carried over
 * where they will be verified, now or by a later job (verify= is set then too),
 * and where the user wants each write to have contents of its own
 * (refill_buffers, which dedupe_percentage and buffer_compress_percentage set).
 * What scramble_buffers changes is not carried over: it is on by default, and
 * exists so that a disk cannot recognise a block, not to be read back.
 */
void transfer_start(struct thread_data *td)
{
	struct engine *e = td->io_ops_data;
	bool verify = td->o.verify != VERIFY_NONE;

	if (!e->shadow)
		return;
	e->copy_in = verify;
	e->copy_out = verify || (td->flags & TD_F_REFILL_BUFFERS);
	if (td_write(td))
		brg_mem_store(e->mem, 0, e->shadow, brg_mem_size(e->mem));
}

/* Before the clock starts: give the memory under test what fio filled in. */
void transfer_carry_write(struct thread_data *td, const struct io_u *io_u)
{
	struct engine *e = td->io_ops_data;

	if (e->copy_out)
		brg_mem_store(e->mem, offset_of(td, io_u), io_u->xfer_buf,
			      io_u->xfer_buflen);
}

/* With the clock running: the bounce kind's copy. 0 or -errno */
int transfer_before_write(struct thread_data *td, const struct io_u *io_u)
{
	struct engine *e = td->io_ops_data;

	if (!e->mem)
		return 0;
	return brg_mem_before_write(e->mem, offset_of(td, io_u),
				    io_u->xfer_buflen);
}

/* With the clock running: the bounce kind's other copy. 0 or -errno */
int transfer_after_read(struct thread_data *td, const struct io_u *io_u)
{
	struct engine *e = td->io_ops_data;

	if (!e->mem)
		return 0;
	return brg_mem_after_read(e->mem, offset_of(td, io_u),
				  io_u->xfer_buflen - io_u->resid);
}

/* With the clock stopped: let fio see what arrived. */
void transfer_show_read(struct thread_data *td, const struct io_u *io_u)
{
	struct engine *e = td->io_ops_data;

	if (e->copy_in)
		brg_mem_load(e->mem, offset_of(td, io_u), io_u->xfer_buf,
			     io_u->xfer_buflen - io_u->resid);
}
