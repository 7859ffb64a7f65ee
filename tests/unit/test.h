/* SPDX-License-Identifier: GPL-2.0-only */
/* test - cmocka, with what it wants included before it */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <barrage/log.h>

#define assert_contains(text, part)                                            \
	do {                                                                   \
		if (!strstr((text), (part)))                                   \
			fail_msg("\"%s\" does not hold \"%s\"", (text),        \
				 (part));                                      \
	} while (0)

#define assert_error(part) assert_contains(brg_last_error(), part)

#endif
