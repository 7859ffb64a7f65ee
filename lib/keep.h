/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* keep - the last error, across an undo that may fail as well */
#ifndef BRG_KEEP_H
#define BRG_KEEP_H

#define BRG_KEEP_BYTES 1024

struct brg_kept {
	char line[BRG_KEEP_BYTES];
};

/** brg_keep_error - remember this thread's last error */
void brg_keep_error(struct brg_kept *kept);

/** brg_keep_restore - make it the last error again */
void brg_keep_restore(const struct brg_kept *kept);

#endif
