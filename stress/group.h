/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * group - the processes of a race: seen to end, or killed, to the last of them
 *
 * Whoever leads the group may be gone while a process that it forked sleeps in the
 * kernel for ever, with the device open. Those become children of this process.
 */
#ifndef STRESS_GROUP_H
#define STRESS_GROUP_H

#include <stdbool.h>
#include <sys/types.h>

/** group_adopt - have the children of what ends become this process's; once is enough */
void group_adopt(void);

/** group_has_ended - has its leader? Leaves it to be reaped by group_kill() */
bool group_has_ended(pid_t leader);

/**
 * group_kill - kill all that are left of a group, and wait for them
 * @leader: child of this process, since group_adopt()
 * @limit_ms: for so long at most
 * @status: receives what the leader ended with, as waitpid() has it, if it has
 *
 * Return: true: all are gone; false: SIGKILL does not end them.
 */
bool group_kill(pid_t leader, unsigned int limit_ms, int *status);

#endif
