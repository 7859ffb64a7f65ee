/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fail-nth - the n-th allocation of what a thread does next fails
 *
 *	fd = fail_nth_open();
 *	for (n = 1;; n++) {
 *		fail_nth_arm(fd, n);
 *		do_it();
 *		if (fail_nth_disarm(fd))
 *			break; ... there were fewer: nothing has failed
 *	}
 *	close(fd);
 */
#ifndef STRESS_FAIL_NTH_H
#define STRESS_FAIL_NTH_H

#include <stdint.h>

/**
 * fail_nth_open - for the calling thread; allocations that may sleep fail too
 *
 * Return: a file, or -errno: -ENOENT for a kernel without fault injection.
 */
int fail_nth_open(void);

/** fail_nth_arm - the @nth allocation from now on fails, once */
void fail_nth_arm(int fd, uint32_t nth);

/** fail_nth_disarm - how many more would have been to go; 0: it has failed */
uint32_t fail_nth_disarm(int fd);

#endif
