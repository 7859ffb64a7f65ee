// SPDX-License-Identifier: GPL-2.0-only
#include "cache.h"

#include <stdlib.h>

#include "text.h"

char *vm_cache_dir(void)
{
	const char *cache = getenv("BARRAGE_CACHE");
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (cache && *cache)
		return vm_strf("%s", cache);
	if (xdg && *xdg)
		return vm_strf("%s/barrage", xdg);
	if (home && *home)
		return vm_strf("%s/.cache/barrage", home);
	return NULL;
}
