/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine - what the parts of the fio engine share
 *
 * fio's buffer, the memory under test and the address that the I/O uses may be
 * three things:
 *
 *	barrage_verify_from=device	fio's buffer is the memory under test
 *	barrage_verify_from=shadow	fio's buffer is host memory; the engine
 *					copies where the data must be real
 *	barrage_mem=bounce		the I/O uses host pages, and the copy
 *					to or from the BAR is part of each I/O
 *	mem=...				all three are fio's own host memory
 *
 * A byte has the same offset in all of them.
 */
#ifndef BARRAGE_FIO_ENGINE_H
#define BARRAGE_FIO_ENGINE_H

#include <barrage/mem.h>

#include <liburing.h>

#include "fio.h"
#include "optgroup.h"

enum verify_from { VERIFY_FROM_DEVICE, VERIFY_FROM_SHADOW };

/* td->eo; fio writes the first member itself */
struct engine_options {
	struct thread_data *td;
	char *provider;
	unsigned int bar;
	unsigned long long bar_offset_bytes;
	char *mem;
	unsigned int verify_from;
	char *proof_file;
};

/* td->io_ops_data: one job's state */
struct engine {
	struct io_uring ring;
	struct io_u **events; /* completed, for fio's event() */
	unsigned int nr_queued; /* not yet taken by the kernel */
	unsigned int nr_in_flight; /* taken, not completed */

	struct brg_mem *mem; /* NULL: fio's own memory */
	void *shadow; /* NULL but for verify_from=shadow */
	bool refusal_explained; /* once is enough */
	bool copy_out; /* shadow to memory under test, before a write */
	bool copy_in; /* memory under test to shadow, after a read */
};

extern struct fio_option engine_options[];

/* engine.c */
__attribute__((format(printf, 3, 4))) int
engine_fail(struct thread_data *td, int err, const char *fmt, ...);

/* files.c: callbacks of fio */
int files_get_size(struct thread_data *td, struct fio_file *f);
int files_open(struct thread_data *td, struct fio_file *f);

/* memory.c: callbacks of fio, which wants 0 or 1 */
const struct brg_mem_ops *memory_kind(const struct thread_data *td);
int memory_alloc(struct thread_data *td, size_t bytes);
void memory_free(struct thread_data *td);
int memory_post_init(struct thread_data *td);
char *memory_errdetails(struct thread_data *td, struct io_u *io_u);

/* transfer.c: where an I/O's bytes are, and the copies around it */
void *transfer_addr(struct thread_data *td, const struct io_u *io_u);
void transfer_carry_write(struct thread_data *td, const struct io_u *io_u);
int transfer_before_write(struct thread_data *td, const struct io_u *io_u);
int transfer_after_read(struct thread_data *td, const struct io_u *io_u);
void transfer_show_read(struct thread_data *td, const struct io_u *io_u);
void transfer_start(struct thread_data *td);

/* queue.c: callbacks of fio */
int queue_init(struct thread_data *td);
void queue_cleanup(struct thread_data *td);
enum fio_q_status queue_one(struct thread_data *td, struct io_u *io_u);
int queue_commit(struct thread_data *td);

/* complete.c: callbacks of fio, and the wait before memory is given back */
int complete_getevents(struct thread_data *td, unsigned int min,
		       unsigned int max, const struct timespec *t);
struct io_u *complete_event(struct thread_data *td, int event);
void complete_drain(struct thread_data *td);

/* verdict.c */
int verdict_of_mem(struct thread_data *td, const struct brg_mem *mem);
int verdict_of_buffer(struct thread_data *td);

#endif
