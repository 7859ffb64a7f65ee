/* SPDX-License-Identifier: GPL-2.0-only */
/* What every test program here includes: cmocka wants these before itself. */
#ifndef VM_TEST_H
#define VM_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define assert_contains(text, part)                                            \
	do {                                                                   \
		if (!strstr(text, part))                                       \
			fail_msg("'%s' is not in: %s", part, text);            \
	} while (0)

#endif
