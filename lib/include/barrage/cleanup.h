/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * cleanup - undo what was changed in the machine, however the process ends
 *
 * A binding to a driver outlives the process that made it. So, before the
 * first such change, a guardian is started: a process of its own that holds
 * one end of a socket, and a list of files to write. When the socket's other
 * end is gone, because its owner returned from main(), called exit(), or was
 * killed by any signal, SIGKILL included, the guardian does what is still on
 * the list, newest first, and ends.
 *
 * This was chosen over signal handlers because a library must not take its
 * host's handlers (fio has its own), because no handler sees SIGKILL, and
 * because undoing from a handler is hardly possible: unbinding a device waits
 * until its VFIO file is closed, which the dying process itself still holds.
 * The guardian's writes wait for that in the kernel instead. It makes only
 * async-signal-safe calls after fork(), so starting it from a threaded process
 * is allowed; it blocks all signals and is in a session of its own, so a
 * control-C does not reach it.
 *
 * The undo happens within moments of the owner's end, not before it: who waits
 * for the process must allow for that (or close, which undoes at once).
 * Children made by fork() hold the socket as well; the undo waits for the last.
 */
#ifndef BARRAGE_CLEANUP_H
#define BARRAGE_CLEANUP_H

#include <stddef.h>
#include <stdint.h>

#define BRG_CLEANUP_MAX_STEPS 4
#define BRG_CLEANUP_MAX_ENTRIES 64

/**
 * struct brg_cleanup_step - one write
 * @path: of a file that exists by then; where it does not, the step is skipped
 * @text: what to write
 */
struct brg_cleanup_step {
	char path[256];
	char text[64];
};

/**
 * brg_cleanup_add - have something undone should this process end
 * @steps: done in this order, each whatever became of those before
 * @nr_steps: 1 to BRG_CLEANUP_MAX_STEPS
 * @idp: receives a handle for brg_cleanup_drop()
 *
 * Starts the guardian where there is none yet. Call it before the change.
 *
 * Return: 0; -EINVAL; -ENOSPC past BRG_CLEANUP_MAX_ENTRIES; -errno of fork()
 * or of the socket, with brg_last_error() set: then do not make the change.
 */
int brg_cleanup_add(const struct brg_cleanup_step *steps, size_t nr_steps,
		    uint64_t *idp);

/**
 * brg_cleanup_share - what children change is this process's as well
 *
 * Otherwise the changes of a child made by fork() are undone when that ends. For who
 * lets a child do what may never end. The change outlives the child, and either may
 * drop it. Starts the guardian where there is none yet.
 *
 * Return: 0; -errno, with brg_last_error() set.
 */
int brg_cleanup_share(void);

/**
 * brg_cleanup_drop - it has been undone
 * @id: from brg_cleanup_add(); 0 is ignored
 */
void brg_cleanup_drop(uint64_t id);

#endif
