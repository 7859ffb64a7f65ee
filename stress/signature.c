// SPDX-License-Identifier: GPL-2.0-only
#include "signature.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define HEX_WORD 8 /* so many letters up to f are an address, and no word */

/* What has such a part is of this kind, whatever else it says. */
static const struct {
	enum oracle oracle;
	const char *part;
	const char *kind;
} kinds[] = {
	/* by which limit, and who is stuck, depends on who else is there */
	{ ORACLE_HANG, "no end after ", "no end" },
	{ ORACLE_HANG, "nothing has happened for ", "no end" },
	/* a count that is wrong is noticed by who comes next */
	{ ORACLE_LOG, "refcount_t: ", "refcount_t" },
	{ ORACLE_LOG, "list_add corruption", "list corruption" },
	{ ORACLE_LOG, "list_del corruption", "list corruption" },
	{ ORACLE_LOG, "INFO: task ", "INFO: task" },
	{ ORACLE_LOG, "soft lockup", "soft lockup" },
	{ ORACLE_LOG, "hard LOCKUP", "hard lockup" },
	{ ORACLE_TAINT, "the kernel is tainted", "tainted" },
};

/* From here on it says when and where, or what stands there instead. */
static const struct {
	enum oracle oracle;
	const char *at;
} ends[] = {
	{ ORACLE_DATA, ": " },
	{ ORACLE_DMA, ": " },
	{ ORACLE_LOG, ", CPU#" },
	{ ORACLE_LOG, " in process " },
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* decimal, with a unit, or hexadecimal; an errno or the name of a function is none */
static bool is_number(const char *word, size_t length)
{
	size_t digits = 0;

	if (isdigit((unsigned char)*word))
		return true;
	for (size_t i = 0; i < length; i++) {
		if (!isxdigit((unsigned char)word[i]))
			return false;
		digits += !!isdigit((unsigned char)word[i]);
	}
	return digits || length >= HEX_WORD;
}

/* a sign, and no hyphen */
static bool ends_with_sign(const char *text, size_t length)
{
	return length && text[length - 1] == '-' &&
	       (length == 1 || !is_word(text[length - 2]));
}

/* with a # for each number */
static void without_numbers(const char *text, const char *end,
			    char signature[SIGNATURE_BYTES])
{
	size_t used = 0;

	while (text < end && used < SIGNATURE_BYTES - 1) {
		size_t length = 0;

		while (text + length < end && is_word(text[length]))
			length++;
		if (length && is_number(text, length)) {
			used -= ends_with_sign(signature, used);
			signature[used++] = '#';
			text += length;
			continue;
		}
		length = length ?: 1;
		if (length > SIGNATURE_BYTES - 1 - used)
			length = SIGNATURE_BYTES - 1 - used;
		memcpy(signature + used, text, length);
		used += length;
		text += length;
	}
	signature[used] = '\0';
}

static const char *kind_of(enum oracle oracle, const char *text)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].oracle == oracle && strstr(text, kinds[i].part))
			return kinds[i].kind;
	return NULL;
}

static const char *end_of(enum oracle oracle, const char *text)
{
	const char *end = text + strlen(text), *at;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		at = ends[i].oracle == oracle ? strstr(text, ends[i].at) : NULL;
		if (at && at < end)
			end = at;
	}
	return end;
}

/* of whichever actor; the signal stays */
static const char *how_it_died(const char *text)
{
	return strstr(text, "ended with status ") ?: text;
}

void signature_of(enum oracle oracle, const char *text,
		  char signature[SIGNATURE_BYTES])
{
	const char *kind;

	/* what the kernel said later than it could be seen in the race */
	if (!strncmp(text, WATCH_AFTER, strlen(WATCH_AFTER)))
		text += strlen(WATCH_AFTER);
	kind = oracle == ORACLE_DIED ? how_it_died(text) :
				       kind_of(oracle, text);
	if (kind)
		snprintf(signature, SIGNATURE_BYTES, "%s", kind);
	else
		without_numbers(text, end_of(oracle, text), signature);
}

bool signature_same(const struct outcome *wanted, const struct outcome *seen)
{
	char was[SIGNATURE_BYTES], is[SIGNATURE_BYTES];

	if (wanted->oracle == ORACLE_NONE)
		return true;
	if (wanted->oracle != seen->oracle)
		return false;
	signature_of(wanted->oracle, wanted->text, was);
	signature_of(seen->oracle, seen->text, is);
	return !*was || !strcmp(was, is);
}
