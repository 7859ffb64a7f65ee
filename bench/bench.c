// SPDX-License-Identifier: GPL-2.0-only
#include "bench.h"

#include <barrage/log.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum bench_status bench_reason(struct bench_context *context,
			       enum bench_status status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(context->reason, sizeof(context->reason), fmt, args);
	va_end(args);
	return status;
}

enum bench_status bench_status_of(int err)
{
	switch (err) {
	case -EOPNOTSUPP:
	case -ENODEV:
	case -ENOTTY:
		return BENCH_SKIP;
	case -EACCES:
	case -EPERM:
	case -EBUSY:
	case -ENOMEM:
		return BENCH_ERROR;
	default:
		return BENCH_FAIL;
	}
}

int bench_has_worked(int err)
{
	if (!err || bench_status_of(err) != BENCH_SKIP)
		return err;
	return brg_fail(-EPROTO, "it has worked before: %s", brg_last_error());
}

enum bench_status bench_end(struct bench_context *context, int ret)
{
	if (!ret)
		return BENCH_PASS;
	return bench_reason(context, bench_status_of(ret), "%s",
			    brg_last_error());
}

static int badness(enum bench_status status)
{
	switch (status) {
	case BENCH_FAIL:
		return 3;
	case BENCH_ERROR:
		return 2;
	case BENCH_PASS:
		return 1;
	default:
		return 0;
	}
}

enum bench_status bench_worse(enum bench_status a, enum bench_status b)
{
	return badness(a) >= badness(b) ? a : b;
}
