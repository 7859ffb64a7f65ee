/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aside - do what a broken kernel may never let end
 *
 * A task that sleeps in the kernel for ever cannot be killed, but it can be left.
 */
#ifndef CLI_ASIDE_H
#define CLI_ASIDE_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * aside_run - call a function in a process of its own
 * @what: what it returns, 0 to 255, is that process's exit status
 * @arg: for it
 * @limit_s: it is left behind if it takes longer
 * @steps: each time this number changes the limit begins anew; it is in memory that
 *	the process shares; or NULL
 *
 * Return: what it returned; -ETIMEDOUT; -ECHILD where it was killed; -errno of fork().
 */
int aside_run(int (*what)(void *arg), void *arg, unsigned int limit_s,
	      const _Atomic unsigned int *steps);

/**
 * struct aside_watch - who sees before the limit that it does not end
 * @is_stuck: asked again and again, with the process; true: it is left at once
 * @arg: for it
 */
struct aside_watch {
	bool (*is_stuck)(pid_t pid, void *arg);
	void *arg;
};

/**
 * aside_run_watched - likewise, for who looks at what never ends
 * @watch: who looks meanwhile; or NULL
 * @left: receives the process where that is -ETIMEDOUT: it leads a group of its own
 */
int aside_run_watched(int (*what)(void *arg), void *arg, unsigned int limit_s,
		      const _Atomic unsigned int *steps,
		      const struct aside_watch *watch, pid_t *left);

#endif
