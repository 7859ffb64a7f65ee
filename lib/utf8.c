// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include "utf8.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Length of the sequence at @s as RFC 3629 allows it; 0 where it does not. */
static size_t sequence(const uint8_t *s)
{
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	/* a zero byte is no continuation: this stops at the string's end */
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* overlong forms, surrogates, and what lies past U+10FFFF */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

char *brg_utf8_clean(const char *text)
{
	char *clean = strdup(text), *at = clean;
	size_t len;

	while (at && *at) {
		len = sequence((const uint8_t *)at);
		if (!len) {
			*at = '?';
			len = 1;
		}
		at += len;
	}
	return clean;
}
