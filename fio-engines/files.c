// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk that somebody could miss is not written.
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
