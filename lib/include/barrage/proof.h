/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * proof - where a buffer's page frames really are
 *
 * A run that claims peer-to-peer shows it: the page frames of the buffer that
 * the I/O uses, read from /proc/self/pagemap, lie inside the BAR's resource.
 */
#ifndef BARRAGE_PROOF_H
#define BARRAGE_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* what the I/O really touches */
enum brg_verdict {
	BRG_VERDICT_HOST, /* host memory only */
	BRG_VERDICT_BOUNCE, /* host memory, then a copy to or from the BAR */
	BRG_VERDICT_P2P, /* the BAR itself */
	BRG_VERDICT_NONE, /* page frames disagree, or are not known */
};

/* a range of physical addresses; @end is the last byte's, as in sysfs */
struct brg_phys_range {
	uint64_t start;
	uint64_t end;
};

struct brg_proof {
	enum brg_verdict verdict; /* what the page frames say */
	enum brg_verdict expected; /* what the memory kind promises */
	size_t nr_pages; /* looked at */
	size_t nr_in_bar; /* of the I/O buffer, inside the BAR */
	size_t nr_in_ram; /* of the I/O buffer, inside System RAM */
	uint64_t first_phys; /* of the I/O buffer's first page */
	struct brg_phys_range bar; /* 0, 0: the kind has none */
	char text[192]; /* one line for people */
};

/**
 * brg_verdict_name - "host", "bounce", "p2p" or "none"
 * @verdict: any
 */
const char *brg_verdict_name(enum brg_verdict verdict);

/**
 * brg_proof_frames - physical addresses of a mapping's pages
 * @addr: page aligned; pages that were never touched have none, so each page
 *	is read (one byte, volatile) first
 * @nr_pages: how many
 * @phys: receives @nr_pages addresses
 *
 * Needs CAP_SYS_ADMIN: without it the kernel shows zeroes.
 *
 * Return: 0; -EPERM without the capability; -EFAULT for a page that is not
 * present; -errno of /proc/self/pagemap.
 */
int brg_proof_frames(const void *addr, size_t nr_pages, uint64_t *phys);

/**
 * brg_proof_ram - the machine's System RAM ranges, from /proc/iomem
 * @ranges: receives up to @max ranges
 * @max: room in @ranges
 *
 * Return: how many; -EPERM where the addresses are hidden (not root); -errno.
 */
int brg_proof_ram(struct brg_phys_range *ranges, size_t max);

/**
 * brg_proof_judge - the verdict of a list of page frames
 * @phys: addresses of the pages that the I/O uses
 * @nr_pages: how many
 * @bar: the BAR, or NULL
 * @ram: System RAM
 * @nr_ram: entries of @ram
 * @proof: receives counts, and a verdict that is P2P where every page lies in
 *	@bar, HOST where every page lies in @ram, else NONE
 *
 * Pure: it looks at nothing else.
 */
void brg_proof_judge(const uint64_t *phys, size_t nr_pages,
		     const struct brg_phys_range *bar,
		     const struct brg_phys_range *ram, size_t nr_ram,
		     struct brg_proof *proof);

#endif
