/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * kmsg - the kernel log as an oracle
 *
 * Mark the log, do something, read what the kernel had to say about it.
 */
#ifndef BARRAGE_KMSG_H
#define BARRAGE_KMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <barrage/kmsg-line.h>
#include <barrage/pci.h>

/** struct brg_kmsg - a reader of /dev/kmsg; @fd is -1 where closed */
struct brg_kmsg {
	int fd;
};

/**
 * brg_kmsg_open - start to read at the log's end, and leave a mark there
 * @kmsg: receives the reader; fd -1 on failure
 * @mark: what is about to be done, for who reads the log; NULL for no mark
 *
 * Return: 0; -EPERM, -EACCES (rights); -errno; with brg_last_error() set.
 */
int brg_kmsg_open(struct brg_kmsg *kmsg, const char *mark);

/** brg_kmsg_note - a line of one's own in the log, "barrage: TEXT", which is no mark */
void brg_kmsg_note(const char *text);

/** brg_kmsg_mark - leave a mark in the log; one that it does not take is none */
void brg_kmsg_mark(const char *mark);

/** brg_kmsg_close - close it; a closed one is fine */
void brg_kmsg_close(struct brg_kmsg *kmsg);

/**
 * brg_kmsg_check - read what came since, and look for trouble
 * @kmsg: open
 * @splat: receives the first line that means trouble, cut to fit; NULL
 * @size: of @splat
 *
 * Reads up to the log's end; the next call goes on from there.
 *
 * Return: 0 where the kernel is content; -EUCLEAN where it is not, with the
 * line in brg_last_error(); -EPIPE where lines were overwritten before they
 * could be read, so that nobody knows; -errno.
 */
int brg_kmsg_check(struct brg_kmsg *kmsg, char *splat, size_t size);

/**
 * struct brg_kmsg_fault - DMA that the IOMMU stopped, as the log tells it
 * @bdf: who sent it, in full
 * @write: it wanted to write
 * @iova: address, of its page
 * @reason: of the Intel VT-d specification, "Fault Reasons"
 */
struct brg_kmsg_fault {
	char bdf[BRG_PCI_BDF_BYTES];
	bool write;
	uint64_t iova;
	unsigned int reason;
};

/**
 * brg_kmsg_next_fault - read on up to the next DMA that the IOMMU stopped
 * @kmsg: open
 * @fault: receives it
 *
 * For who provoked it: brg_kmsg_check() takes any for trouble that it reads
 * itself. Other trouble on the way is trouble here too. The kernel tells of
 * three in five seconds and keeps quiet about more (dmar_fault()). Does not
 * block: what is not there yet may come later.
 *
 * Return: 1; 0 at the log's end; -EUCLEAN, -EPIPE, -errno as brg_kmsg_check().
 */
int brg_kmsg_next_fault(struct brg_kmsg *kmsg, struct brg_kmsg_fault *fault);

/**
 * brg_kmsg_parse_fault - is this line about DMA that the IOMMU stopped?
 * @line: text of a log line, without its prefix
 * @fault: receives it
 */
bool brg_kmsg_parse_fault(const char *line, struct brg_kmsg_fault *fault);

/**
 * brg_kmsg_next_line - the next line since the mark, or since the last call
 * @kmsg: open
 * @line: receives it, cut to @size
 * @size: of @line
 * @kernels: receives whether the kernel said it, and not a program that logs there
 *
 * Does not wait. A caller that polls kmsg->fd is woken by the next line.
 *
 * Return: 1; 0 at the end of the log; -EPIPE where lines were overwritten
 * unread, -errno, with brg_last_error() set. Reading can go on after -EPIPE.
 */
int brg_kmsg_next_line(struct brg_kmsg *kmsg, char *line, size_t size,
		       bool *kernels);

#endif
