/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * children - processes of a test, none of which outlives it
 *
 * One that a failing test left behind would go on in the middle of the tests
 * after it, with the files that those need: the fixture ends it.
 */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <sys/types.h>

/**
 * child_start - fork()
 *
 * The child dies with the thread that made it. Where an assertion fails in the
 * child, it ends with a status that is not 0.
 *
 * Return: 0 in the child; otherwise its process, or the test fails.
 */
pid_t child_start(void);

/**
 * child_await - wait, bounded, for a byte from the child
 * @fd: end of a pipe whose other end only the child has: that it died is then
 *	no wait, but a failure of the test
 */
char child_await(int fd);

/** child_wait - wait, bounded, until it ends; its status as of waitpid() */
int child_wait(pid_t pid);

/** child_kill - by SIGKILL, which is what it has to end of */
void child_kill(pid_t pid);

/** children_end - for fixtures: end those that are left, and say how many */
int children_end(void);

#endif
