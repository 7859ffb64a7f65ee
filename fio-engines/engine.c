// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine's table of callbacks, and the only symbol that fio can see.
 */
#include "engine.h"
#include "guard.h"

#include <stdarg.h>

/* One line that says what failed; then the error is the job's. Returns 1. */
int engine_fail(struct thread_data *td, int err, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_err("barrage: job %s: %s\n", td->o.name, text);
	td_verror(td, err < 0 ? -err : err, "barrage");
	return 1;
}

static struct ioengine_ops ops = {
	.name = "barrage",
	.version = FIO_IOOPS_VERSION,
	.flags = FIO_ASYNCIO_SYNC_TRIM | FIO_ASYNCIO_SETS_ISSUE_TIME |
		 FIO_SKIPPABLE_IOMEM_ALLOC | FIO_RAWIO | FIO_MEMALIGN |
		 FIO_NO_OFFLOAD,
	.init = queue_init,
	.post_init = memory_post_init,
	.queue = queue_one,
	.commit = queue_commit,
	.getevents = complete_getevents,
	.event = complete_event,
	.errdetails = memory_errdetails,
	.cleanup = queue_cleanup,
	.open_file = files_open,
	.close_file = generic_close_file,
	.get_file_size = files_get_size,
	.iomem_alloc = memory_alloc,
	.iomem_free = memory_free,
	.options = engine_options,
	.option_struct_size = sizeof(struct engine_options),
};

/*
 * fio asks for the table through this function where a library has no symbol
 * "ioengine". It is the first thing of ours that runs, before any structure is
 * shared, so here another fio can be turned away; *opsp stays NULL and fio says
 * that the engine is not loadable.
 */
__attribute__((visibility("default"))) void
get_ioengine(struct ioengine_ops **opsp);

void get_ioengine(struct ioengine_ops **opsp)
{
	if (!guard_check())
		*opsp = &ops;
}
