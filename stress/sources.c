// SPDX-License-Identifier: GPL-2.0-only
/* The assembler finds the files: stress/meson.build says which, and where. */
#include "sources.h"

#include <string.h>

#include "sources-list.h"
#include "sources-sum.h"

#define EMBED(id, path)                                                        \
	asm(".section .rodata\n"                                               \
	    "source_" #id "_begin: .incbin \"" path "\"\n"                     \
	    "source_" #id "_end: .byte 0\n"                                    \
	    ".previous\n");                                                    \
	extern const char source_##id##_begin[], source_##id##_end[]

#define SOURCE(id, name)                                                       \
	{                                                                      \
		name, source_##id##_begin, source_##id##_end                   \
	}

ALL_EMBEDS

const struct source sources[] = {
	ALL_ENTRIES{},
};

const struct source *source_find(const char *name)
{
	for (const struct source *source = sources; source->name; source++)
		if (!strcmp(source->name, name))
			return source;
	return NULL;
}
