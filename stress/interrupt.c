// SPDX-License-Identifier: GPL-2.0-only
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t came;

void interrupt_note(int sig)
{
	came = sig;
}

void interrupt_catch(void)
{
	const struct sigaction action = {
		.sa_handler = interrupt_note,
		.sa_flags = SA_RESTART | (int)SA_RESETHAND,
	};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void interrupt_ignore(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
}

bool interrupt_came(void)
{
	return came;
}

void interrupt_obey(void)
{
	if (!came)
		return;
	signal(came, SIG_DFL);
	raise(came);
}
