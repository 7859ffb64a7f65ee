/* SPDX-License-Identifier: GPL-2.0-only */
/* klog - the kernel log, which one reader follows through the whole program */
#ifndef KLOG_H
#define KLOG_H

/**
 * klog_check - read on up to its end; the first call begins there
 *
 * Return: 0 where the kernel is content; -errno, with brg_last_error() set.
 */
int klog_check(void);

/** klog_mark - say in the log what is about to be done; 0 or -errno */
int klog_mark(const char *mark);

#endif
