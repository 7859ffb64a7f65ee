// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which files a job may use: a disk that somebody could miss is not written,
 * and peer-to-peer memory meets files with real direct I/O only.
 */
#include "engine.h"

#include <barrage/disk.h>

/* The check claims the disk for a moment, which two must not do at once. */
static pthread_mutex_t check_lock = PTHREAD_MUTEX_INITIALIZER;

static int check_scratch(struct thread_data *td, const struct fio_file *f)
{
	struct brg_disk disk;
	int ret;

	pthread_mutex_lock(&check_lock);
	ret = brg_disk_read(f->file_name, &disk);
	if (!ret)
		ret = brg_disk_check_scratch(&disk);
	pthread_mutex_unlock(&check_lock);
	if (!ret)
		return 0;
	/* fio goes on after ENOENT: a file may yet have to be made */
	return engine_fail(td, ret == -ENOENT ? -EBUSY : ret, "%s",
			   brg_last_error());
}

/*
 * fio asks for the sizes of all jobs' files before it starts the first job, so
 * nothing has been written yet that could look like somebody's data.
 */
int files_get_size(struct thread_data *td, struct fio_file *f)
{
	bool writes = (td_write(td) && !td->o.verify_only) || td_trim(td);

	if (writes && f->filetype == FIO_TYPE_BLOCK && check_scratch(td, f))
		return 1;
	return generic_get_file_size(td, f);
}

/*
 * Some file systems accept O_DIRECT and go through the page cache all the same
 * (tmpfs, btrfs with checksums, ext4 with data=journal). With a BAR as buffer
 * that works, byte by byte by the CPU: a fallback that no error shows. Those
 * that do direct I/O say so in statx(2).
 */
static int check_direct(struct thread_data *td, const struct fio_file *f)
{
	struct statx stx;

	if (statx(f->fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_DIOALIGN, &stx))
		return engine_fail(td, errno, "%s: statx: %s", f->file_name,
				   strerror(errno));
	if (S_ISBLK(stx.stx_mode))
		return 0;
	if ((stx.stx_mask & STATX_DIOALIGN) && stx.stx_dio_mem_align)
		return 0;
	return engine_fail(
		td, EINVAL,
		"%s: its file system does not promise direct I/O, so the CPU might copy every byte: use a block device, or a file on ext4 or XFS",
		f->file_name);
}

int files_open(struct thread_data *td, struct fio_file *f)
{
	const struct brg_mem_ops *kind = memory_kind(td);

	if (generic_open_file(td, f))
		return 1;
	if (!kind || kind->verdict != BRG_VERDICT_P2P || !check_direct(td, f))
		return 0;
	if (generic_close_file(td, f))
		log_err("barrage: %s: cannot be closed\n", f->file_name);
	return 1;
}
