/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * journal - what the kernel says of itself, from the begin of a run to its end
 *
 * There is one, so that nothing is lost between races: a callback of RCU or a
 * workqueue complains later than what it was for.
 */
#ifndef STRESS_JOURNAL_H
#define STRESS_JOURNAL_H

#include <stdbool.h>
#include <stdio.h>

#include <barrage/kmsg.h>

#include "races.h"
#include "tail.h"

/* some seconds of a kernel that does nothing but complain */
#define JOURNAL_LINES 20000

#define JOURNAL_RACE                                                           \
	"race " /* a note of the log: the race of that number begins */

/**
 * struct journal - of a run
 * @kmsg: the kernel's log, read so far
 * @taint: of the kernel, as far as it has been told
 * @races: those that were watched last, as races_keep() has them; @nr_given is 0
 *	before the first
 * @number: of the last of them, see races_number()
 * @failed: and they have failed, which left a bundle if any are wanted
 * @faults: the last one provoked DMA that the IOMMU stops: the log may tell later
 * @race: the line that tells of the race under way, until it is copied; ""
 * @begun: how many races there have been on this device up to what was read last, by
 *	the lines that tell of them; of who begins with another one, 0
 */
struct journal {
	struct brg_kmsg kmsg;
	unsigned long taint;
	struct races races;
	uint64_t number;
	bool failed;
	bool faults;
	char race[64];
	uint64_t begun;
};

/**
 * journal_open - begin to read
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int journal_open(struct journal *journal);

/** journal_close - the opposite */
void journal_close(struct journal *journal);

/**
 * journal_next - read on up to the next complaint of the kernel
 * @journal: open
 * @copy: receives all lines on the way, that one too; of those that tell of a race
 *	only what others come after; NULL
 * @left: how many lines it reads at most, JOURNAL_LINES to begin with: a kernel may
 *	write faster than anybody reads; goes down
 * @line: receives it, or what went wrong
 * @size: of @line
 *
 * Does not wait.
 *
 * Return: 1; 0 at the end of the log, or of @left; -EPIPE where lines were overwritten unread:
 * it can go on; -errno.
 */
int journal_next(struct journal *journal, struct tail *copy, unsigned int *left,
		 char *line, size_t size);

/**
 * journal_is_provoked - is it DMA of the importer that the IOMMU stopped?
 * @line: of the log
 * @importer: its PCI address
 *
 * Also where the line does not say whose it was: a driver's head, its limiter, or an
 * SMMU that knows nothing of PCI.
 */
bool journal_is_provoked(const char *line, const char *importer);

/**
 * journal_race - the race that a line is of, which journal_next() has just read
 * @rounds: races that were begun by now: they may be some ahead of who reads
 *
 * A log that does not take the lines that tell of races knows none: the last one then,
 * as where none is told of yet.
 *
 * Return: its number, from 0.
 */
uint64_t journal_race(const struct journal *journal, uint64_t rounds);

/**
 * journal_taints - is the kernel tainted anew, since this was asked last?
 * @text: receives how
 *
 * That of modules does not count: who loads one says nothing of the kernel.
 */
bool journal_taints(struct journal *journal, char *text, size_t size);

#endif
