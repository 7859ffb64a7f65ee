// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "amplifier"
#include <barrage/amplifier.h>
#include <barrage/log.h>

#include <errno.h>

#define MAX_TRIES 96

/* No function is longer that anybody is slow in; with KASAN they are twice as long. */
#define MAX_BYTES 8192

/* splitmix64 */
static uint64_t next(uint64_t *state)
{
	uint64_t value = *state += 0x9e3779b97f4a7c15ull;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
	value = (value ^ value >> 27) * 0x94d049bb133111ebull;
	return value ^ value >> 31;
}

/* below @end, not the first: that is the function's entry */
static uint32_t draw(uint64_t *state, uint32_t end)
{
	return 1 + (uint32_t)(next(state) % (end - 1));
}

/*
 * Where the function ends the kernel says by refusing what is behind it: each such
 * refusal bounds what is drawn next, so that what is found is as likely anywhere in
 * it. Where no instruction begins, or the kernel lets no probe be, it is the byte
 * after that.
 */
int brg_amplifier_settle(const struct brg_amplifier *amplifier,
			 struct brg_amplifier_point *point)
{
	struct brg_amplifier_point at = *point;
	uint64_t state = point->seed;
	uint32_t end = MAX_BYTES;
	int ret;

	if (point->where != BRG_AMPLIFIER_SOMEWHERE)
		return brg_fail(-EINVAL, "%s: nothing is to be drawn",
				point->symbol);
	at.where = BRG_AMPLIFIER_OFFSET;
	at.offset_bytes = draw(&state, end);
	for (int tries = 0; tries < MAX_TRIES; tries++) {
		ret = brg_amplifier_add(amplifier, &at);
		if (ret >= 0) {
			*point = at;
			return ret;
		}
		if (ret == -EILSEQ || ret == -EOPNOTSUPP)
			at.offset_bytes++;
		else if (ret != -ERANGE)
			return ret;
		if (ret != -ERANGE && at.offset_bytes < end)
			continue;
		if (at.offset_bytes < end)
			end = at.offset_bytes;
		if (end < 2)
			break;
		at.offset_bytes = draw(&state, end);
	}
	return brg_fail(-EOPNOTSUPP, "%s: no place for a probe in it was found",
			point->symbol);
}
