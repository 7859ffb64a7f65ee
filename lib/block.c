// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "block"
#include <barrage/block.h>
#include <barrage/log.h>

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAGIC 0x314b4c4247524142ull /* "BARGBLK1" */
#define HEAD_WORDS (sizeof(struct head) / sizeof(uint64_t))

/* In the byte order of the machine: both ends are on it. */
struct head {
	uint64_t magic;
	uint64_t tag;
	uint64_t offset;
	uint64_t generation;
	uint64_t seed;
	uint64_t block_bytes;
	uint64_t checksum; /* of the head above and all of the fill */
};

union block {
	struct head head;
	uint64_t words[BRG_BLOCK_MAX_BYTES / sizeof(uint64_t)];
	uint8_t bytes[BRG_BLOCK_MAX_BYTES];
};

/* the finaliser of SplitMix64: a bijection that mixes all bits */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ull;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static uint64_t checksum_of(const union block *block, size_t nr_words)
{
	const size_t skip = offsetof(struct head, checksum) / sizeof(uint64_t);
	uint64_t sum = MAGIC;
	size_t i;

	for (i = 0; i < nr_words; i++)
		if (i != skip)
			sum = mix(sum ^ block->words[i]) + i;
	return sum;
}

static void make(union block *block, uint64_t offset,
		 const struct brg_block_stamp *stamp)
{
	const size_t nr_words = stamp->block_bytes / sizeof(uint64_t);
	uint64_t state;
	size_t i;

	block->head = (struct head){
		.magic = MAGIC,
		.tag = stamp->tag,
		.offset = offset,
		.generation = stamp->generation,
		.seed = stamp->seed,
		.block_bytes = stamp->block_bytes,
	};
	state = mix(stamp->seed ^
		    mix(stamp->tag ^ mix(offset ^ mix(stamp->generation))));
	for (i = HEAD_WORDS; i < nr_words; i++)
		block->words[i] = mix(state + i * 0x9e3779b97f4a7c15ull);
	block->head.checksum = checksum_of(block, nr_words);
}

static int check_sizes(size_t len, uint64_t offset,
		       const struct brg_block_stamp *stamp)
{
	const uint32_t size = stamp->block_bytes;

	if (size < BRG_BLOCK_MIN_BYTES || size > BRG_BLOCK_MAX_BYTES ||
	    (size & (size - 1)))
		return brg_fail(-EINVAL,
				"blocks of %u bytes: want a power of two from "
				"%u to %u",
				size, BRG_BLOCK_MIN_BYTES, BRG_BLOCK_MAX_BYTES);
	if (len % size || offset % size)
		return brg_fail(-EINVAL,
				"%zu bytes at %" PRIu64
				" are not whole blocks of %u",
				len, offset, size);
	return 0;
}

int brg_block_fill(void *buf, size_t len, uint64_t offset,
		   const struct brg_block_stamp *stamp)
{
	union block block;
	size_t at;
	int ret;

	ret = check_sizes(len, offset, stamp);
	for (at = 0; !ret && at < len; at += stamp->block_bytes) {
		make(&block, offset + at, stamp);
		memcpy((uint8_t *)buf + at, block.bytes, stamp->block_bytes);
	}
	return ret;
}

static bool is_all(const uint8_t *bytes, size_t len, uint8_t value)
{
	return bytes[0] == value && !memcmp(bytes, bytes + 1, len - 1);
}

/* What a block with this head would be; is the one found just that? */
static bool is_whole(const union block *found,
		     const struct brg_block_stamp *expected)
{
	struct brg_block_stamp stamp = {
		.tag = found->head.tag,
		.generation = found->head.generation,
		.seed = found->head.seed,
		.block_bytes = expected->block_bytes,
	};
	union block block;

	make(&block, found->head.offset, &stamp);
	return !memcmp(block.bytes, found->bytes, stamp.block_bytes);
}

static enum brg_block_fault classify(const union block *found,
				     const union block *want,
				     const struct brg_block_stamp *stamp)
{
	const struct head *head = &found->head;

	if (is_all(found->bytes, stamp->block_bytes, 0))
		return BRG_BLOCK_ZEROES;
	if (is_all(found->bytes, stamp->block_bytes, 0xff))
		return BRG_BLOCK_ONES;
	/* a tear may spare the head, or the fill, or neither wholly */
	if (head->magic != MAGIC)
		return memcmp(found->bytes + stamp->block_bytes / 2,
			      want->bytes + stamp->block_bytes / 2,
			      stamp->block_bytes / 2) ?
			       BRG_BLOCK_GARBAGE :
			       BRG_BLOCK_TORN;
	if (!is_whole(found, stamp))
		return BRG_BLOCK_TORN;
	if (head->tag != stamp->tag || head->seed != stamp->seed)
		return BRG_BLOCK_FOREIGN;
	if (head->offset != want->head.offset)
		return BRG_BLOCK_MISPLACED;
	return head->generation < stamp->generation ? BRG_BLOCK_STALE :
						      BRG_BLOCK_FUTURE;
}

const char *brg_block_fault_name(enum brg_block_fault fault)
{
	static const char *const names[] = {
		[BRG_BLOCK_GOOD] = "good",
		[BRG_BLOCK_ZEROES] = "zeroes",
		[BRG_BLOCK_ONES] = "all ones",
		[BRG_BLOCK_STALE] = "stale",
		[BRG_BLOCK_FUTURE] = "of the future",
		[BRG_BLOCK_MISPLACED] = "misplaced",
		[BRG_BLOCK_FOREIGN] = "foreign",
		[BRG_BLOCK_TORN] = "torn",
		[BRG_BLOCK_GARBAGE] = "garbage",
	};

	return (size_t)fault < sizeof(names) / sizeof(names[0]) ? names[fault] :
								  "unknown";
}

static void describe(struct brg_block_report *report, const union block *found,
		     const union block *want,
		     const struct brg_block_stamp *stamp)
{
	uint32_t byte = 0;

	report->fault = classify(found, want, stamp);
	report->offset = want->head.offset;
	while (byte < stamp->block_bytes &&
	       found->bytes[byte] == want->bytes[byte])
		byte++;
	report->byte = byte;
	if (found->head.magic == MAGIC) {
		report->found_offset = found->head.offset;
		report->found_generation = found->head.generation;
		snprintf(report->text, sizeof(report->text),
			 "block at %" PRIu64 " is %s from byte %u on: it says "
			 "offset %" PRIu64 ", generation %" PRIu64
			 "; expected generation %" PRIu64,
			 report->offset, brg_block_fault_name(report->fault),
			 byte, report->found_offset, report->found_generation,
			 stamp->generation);
		return;
	}
	snprintf(report->text, sizeof(report->text),
		 "block at %" PRIu64 " is %s from byte %u on: begins with "
		 "%016" PRIx64 "; expected generation %" PRIu64,
		 report->offset, brg_block_fault_name(report->fault), byte,
		 found->words[0], stamp->generation);
}

int brg_block_check(const void *buf, size_t len, uint64_t offset,
		    const struct brg_block_stamp *stamp,
		    struct brg_block_report *report)
{
	struct brg_block_report first = {};
	union block want, found;
	size_t at;
	int ret;

	ret = check_sizes(len, offset, stamp);
	if (ret)
		return ret;
	for (at = 0; at < len; at += stamp->block_bytes) {
		make(&want, offset + at, stamp);
		if (!memcmp((const uint8_t *)buf + at, want.bytes,
			    stamp->block_bytes))
			continue;
		if (!first.nr_bad++) {
			memcpy(found.bytes, (const uint8_t *)buf + at,
			       stamp->block_bytes);
			describe(&first, &found, &want, stamp);
		}
	}
	if (!first.nr_bad)
		return 0;
	if (report)
		*report = first;
	return brg_fail(-EILSEQ, "wrong data: %s; %zu of %zu blocks are bad",
			first.text, first.nr_bad, len / stamp->block_bytes);
}
