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

#define FAIL_NTH_NR_FILES 9

/** fail_nth_files - of debugfs: which allocations may fail, for the whole machine */
extern const char *const fail_nth_files[FAIL_NTH_NR_FILES];

/** struct fail_nth_kept - what stood in them; "" where one could not be read */
struct fail_nth_kept {
	char text[FAIL_NTH_NR_FILES][32];
};

/** fail_nth_keep - before who calls fail_nth_open() begins, by who outlives them */
void fail_nth_keep(struct fail_nth_kept *kept);

/** fail_nth_restore - when they have ended */
void fail_nth_restore(const struct fail_nth_kept *kept);

/**
 * fail_nth_open - for the calling thread; allocations that may sleep fail too
 *
 * The first of a process sets that for the machine: see fail_nth_keep().
 *
 * Return: a file, or -errno: -ENOENT for a kernel without fault injection.
 */
int fail_nth_open(void);

/** fail_nth_arm - the @nth allocation from now on fails, once */
void fail_nth_arm(int fd, uint32_t nth);

/** fail_nth_disarm - how many more would have been to go; 0: it has failed */
uint32_t fail_nth_disarm(int fd);

#endif
