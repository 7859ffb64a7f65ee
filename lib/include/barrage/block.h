/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * block - disk blocks that say who wrote them, where and when
 *
 * Each block carries a head (magic, tag of the device, offset on it,
 * generation, seed, checksum), and a fill that follows from these. A block
 * that is not what was expected therefore says what it is instead: old data,
 * data of another place, half of each, zeroes, all ones as a dead bus gives.
 */
#ifndef BARRAGE_BLOCK_H
#define BARRAGE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#define BRG_BLOCK_MIN_BYTES 512u
#define BRG_BLOCK_MAX_BYTES 4096u

/**
 * struct brg_block_stamp - what a block is to carry
 * @tag: of the device: tells disks and runs apart
 * @generation: counts rewrites, from 1
 * @seed: of the run
 * @block_bytes: a power of two, BRG_BLOCK_MIN_BYTES to BRG_BLOCK_MAX_BYTES
 */
struct brg_block_stamp {
	uint64_t tag;
	uint64_t generation;
	uint64_t seed;
	uint32_t block_bytes;
};

/* what was found in place of the block that was expected */
enum brg_block_fault {
	BRG_BLOCK_GOOD,
	BRG_BLOCK_ZEROES,
	BRG_BLOCK_ONES, /* all ones: reads that no device answered */
	BRG_BLOCK_STALE, /* whole, of this place, an older generation */
	BRG_BLOCK_FUTURE, /* whole, of this place, a newer generation */
	BRG_BLOCK_MISPLACED, /* whole, of another offset of this device */
	BRG_BLOCK_FOREIGN, /* whole, of another device or seed */
	BRG_BLOCK_TORN, /* begins as one block and goes on as something else */
	BRG_BLOCK_GARBAGE, /* no block of ours */
};

/**
 * struct brg_block_report - the first bad block of a check
 * @fault: what is wrong with it
 * @offset: on the device, of the block
 * @byte: into the block, first that differs from what was expected
 * @found_offset: what its head says, where it has a head
 * @found_generation: the same
 * @nr_bad: bad blocks in all
 * @text: one line for people
 */
struct brg_block_report {
	enum brg_block_fault fault;
	uint64_t offset;
	uint32_t byte;
	uint64_t found_offset;
	uint64_t found_generation;
	size_t nr_bad;
	char text[192];
};

/**
 * brg_block_fault_name - "stale", "torn", ...
 * @fault: any
 */
const char *brg_block_fault_name(enum brg_block_fault fault);

/**
 * brg_block_fill - write stamped blocks
 * @buf: host memory (for a BAR, fill a host buffer and brg_mem_store() it)
 * @len: whole blocks
 * @offset: on the device, of @buf's first byte; whole blocks
 * @stamp: what they carry
 *
 * Return: 0; -EINVAL for sizes that do not fit, with brg_last_error() set.
 */
int brg_block_fill(void *buf, size_t len, uint64_t offset,
		   const struct brg_block_stamp *stamp);

/**
 * brg_block_check - are these the blocks that were expected?
 * @buf: host memory
 * @len: whole blocks
 * @offset: on the device, of @buf's first byte; whole blocks
 * @stamp: what they should carry
 * @report: receives the first bad block, where there is one; may be NULL
 *
 * Every byte is compared.
 *
 * Return: 0; -EILSEQ where a block is bad, with the report's text in
 * brg_last_error(); -EINVAL for sizes that do not fit.
 */
int brg_block_check(const void *buf, size_t len, uint64_t offset,
		    const struct brg_block_stamp *stamp,
		    struct brg_block_report *report);

#endif
