// SPDX-License-Identifier: GPL-2.0-only
#include "fixture.h"

#include "children.h"
#include "guest.h"
#include "klog.h"

#include <stdarg.h>
#include <stdio.h>

static void (*pending)(void);
static char notes[2048];

void fixture_note(const char *fmt, ...)
{
	size_t len = strlen(notes);
	va_list ap;

	if (len && len < sizeof(notes) - 3)
		len += (size_t)sprintf(notes + len, "; ");
	va_start(ap, fmt);
	vsnprintf(notes + len, sizeof(notes) - len, fmt, ap);
	va_end(ap);
}

void fixture_undone(int ret, const char *call)
{
	if (ret)
		fixture_note("%s: %s (%s)", call, strerror(-ret),
			     brg_last_error());
}

static void end_children(void)
{
	int nr = children_end();

	if (nr)
		fixture_note("%d processes were left", nr);
}

static void fail_noted(const char *when)
{
	static char text[sizeof(notes)];

	if (!*notes)
		return;
	strcpy(text, notes);
	*notes = '\0';
	fail_msg("%s%s", when, text);
}

void fixture_begin(void (*undo)(void))
{
	void (*left)(void) = pending;

	/* should it fail in its turn: once, not before each test from here on */
	pending = NULL;
	brg_clear_error();
	end_children();
	if (left)
		left();
	UNDO(klog_check());
	fail_noted("left by the test before: ");
	assert_good(klog_mark("test"));
	pending = undo;
}

int fixture_end(void)
{
	end_children();
	if (pending)
		pending();
	pending = NULL;
	UNDO(klog_check());
	fail_noted("");
	return 0;
}

const char *fixture_finish(void)
{
	end_children();
	if (pending)
		pending();
	pending = NULL;
	UNDO(klog_check());
	return *notes ? notes : NULL;
}
