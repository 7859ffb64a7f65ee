/* SPDX-License-Identifier: GPL-2.0-only */
/* What cmocka wants included before it, in its order. */
#ifndef BENCH_TEST_H
#define BENCH_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

/* equal but for the last digits of a double */
#define assert_near(a, b) assert_true(fabs((a) - (b)) <= 1e-9 * fabs(b))

#endif
