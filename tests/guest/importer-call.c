// SPDX-License-Identifier: GPL-2.0-only
/* One call of a test with importers at a time; the fixture waits for it */
#include "importer.h"

#include <stdlib.h>

void importer_start(int (*function)(void *arg), void *arg)
{
	struct guest_call **last = &importer_get()->call;
	struct guest_call *call = calloc(1, sizeof(*call));

	assert_non_null(call);
	assert_true(!*last || !(*last)->started);
	free(*last);
	*last = call;
	guest_call_start(call, function, arg);
}

void importer_await_asleep(void)
{
	guest_call_await_asleep(importer_get()->call);
}

bool importer_is_done(void)
{
	return guest_call_is_done(importer_get()->call);
}

bool importer_end_call(void)
{
	struct guest_call *call = importer_get()->call;

	return !call || guest_call_end(call);
}

int importer_join(void)
{
	return guest_call_join(importer_get()->call);
}

uint64_t importer_took_ms(void)
{
	const struct guest_call *call = importer_get()->call;

	return (call->end_ns - call->begin_ns) / IMPORTER_MS;
}
