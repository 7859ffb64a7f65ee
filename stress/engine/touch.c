// SPDX-License-Identifier: GPL-2.0-only
/* Access to memory that another actor may be taking away */
#include "engine.h"

#include <setjmp.h>
#include <signal.h>

static __thread sigjmp_buf back;
static __thread volatile sig_atomic_t guarded;

static void on_signal(int sig)
{
	if (guarded)
		siglongjmp(back, sig);
	signal(sig, SIG_DFL);
	raise(sig);
}

void touch_init(void)
{
	/* not blocked in the handler: it is not returned from */
	struct sigaction action = {
		.sa_handler = on_signal,
		.sa_flags = SA_NODEFER,
	};

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

int touch_byte(volatile char *addr, bool write, char *byte)
{
	int sig = sigsetjmp(back, 1);

	if (!sig) {
		guarded = 1;
		if (write)
			*addr = *byte;
		else
			*byte = *addr;
	}
	guarded = 0;
	return sig ? DONE_SIGNAL(sig) : 0;
}

int touch(volatile char *addr, bool write)
{
	char byte = 0x5a;

	return touch_byte(addr, write, &byte);
}

int touch_copy(volatile uint64_t *to, const volatile uint64_t *from,
	       size_t words)
{
	int sig = sigsetjmp(back, 1);

	if (!sig) {
		guarded = 1;
		for (size_t i = 0; i < words; i++)
			to[i] = from[i];
	}
	guarded = 0;
	return sig ? DONE_SIGNAL(sig) : 0;
}
