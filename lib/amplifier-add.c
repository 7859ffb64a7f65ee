// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "amplifier"
#include "amplifier-add.h"

#include <barrage/log.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "kallsyms.h"

#define KALLSYMS "/proc/kallsyms"

/*
 * What the compiler has made of a function, where it has left only that: how many
 * there are; the name becomes that of the only one.
 */
static int take_variant(char name[BARRAGE_AMPLIFIER_NAME_BYTES])
{
	char variant[BARRAGE_AMPLIFIER_NAME_BYTES];
	FILE *file = fopen(KALLSYMS, "re");
	int nr;

	if (!file)
		return 0;
	nr = brg_kallsyms_variant(file, name, variant, sizeof(variant));
	fclose(file);
	if (nr == 1) {
		brg_debug("%s is %s here", name, variant);
		memcpy(name, variant, sizeof(variant));
	} else if (nr > 1) {
		brg_fail(-ENOTUNIQ,
			 "%s: the compiler has made %d of it, such as %s: name "
			 "one",
			 name, nr, variant);
	}
	return nr;
}

int brg_amplifier_add_variant(int fd, struct barrage_amplifier_point *point)
{
	int ret, tries, nr;

	/* as it is, then with a variant of one name, then of both */
	for (tries = 0;; tries++) {
		ret = ioctl(fd, BARRAGE_AMPLIFIER_ADD, point) < 0 ? -errno : 0;
		if ((ret != -ENOENT && ret != -ENODATA) || tries == 2)
			return ret;
		nr = take_variant(ret == -ENOENT ? point->symbol :
						   point->caller);
		if (nr > 1)
			return -ENOTUNIQ;
		if (nr < 1)
			return ret;
	}
}
