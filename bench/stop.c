// SPDX-License-Identifier: GPL-2.0-only
#include "stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t requested;

static void request(int signal)
{
	requested = 1;
}

void stop_watch(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction action = {
		.sa_handler = request,
		.sa_flags = (int)SA_RESETHAND,
	};

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &action, NULL);
}

bool stop_requested(void)
{
	return requested;
}
