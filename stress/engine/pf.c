// SPDX-License-Identifier: GPL-2.0-only
#include "pf.h"

#include <pthread.h>

/* Only threads of one process have the files of both where one may be closed. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void pf_lock(void)
{
	pthread_mutex_lock(&lock);
}

void pf_unlock(void)
{
	pthread_mutex_unlock(&lock);
}
