/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Found before the kernel's own: a test has ten times as long as there, for an
 * emulated machine with all checkers on.
 */
#include_next "kselftest_harness.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 300
