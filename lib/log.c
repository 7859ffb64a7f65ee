// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "log"
#include <barrage/log.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "keep.h"

#define LINE_BYTES BRG_KEEP_BYTES

static const char *const level_names[] = {
	[BRG_LOG_QUIET] = "quiet", [BRG_LOG_ERROR] = "error",
	[BRG_LOG_WARN] = "warn",   [BRG_LOG_INFO] = "info",
	[BRG_LOG_DEBUG] = "debug",
};

static pthread_mutex_t sink_lock = PTHREAD_MUTEX_INITIALIZER;
static brg_log_sink sink_fn;
static void *sink_arg;

static pthread_once_t level_once = PTHREAD_ONCE_INIT;
static _Atomic enum brg_log_level level_now = BRG_LOG_INFO;

static __thread char last_error[LINE_BYTES];

static void level_from_environment(void)
{
	const char *name = getenv("BARRAGE_LOG");
	size_t i;

	if (!name)
		return;
	for (i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++)
		if (!strcasecmp(name, level_names[i]))
			level_now = (enum brg_log_level)i;
}

void brg_log_set_level(enum brg_log_level level)
{
	pthread_once(&level_once, level_from_environment);
	level_now = level;
}

enum brg_log_level brg_log_get_level(void)
{
	pthread_once(&level_once, level_from_environment);
	return level_now;
}

void brg_log_set_sink(brg_log_sink sink, void *arg)
{
	pthread_mutex_lock(&sink_lock);
	sink_fn = sink;
	sink_arg = arg;
	pthread_mutex_unlock(&sink_lock);
}

/* One line stays one line, whatever a device name or a file held. */
static void flatten(char *line)
{
	for (; *line; line++)
		if (*line == '\n' || *line == '\r')
			*line = ' ';
}

static void emit(enum brg_log_level level, const char *prefix, const char *text)
{
	char line[LINE_BYTES + 64];

	snprintf(line, sizeof(line), "barrage: %s%s%s%s",
		 level == BRG_LOG_WARN ? "warning: " : "", prefix ? prefix : "",
		 prefix ? ": " : "", text);
	flatten(line);

	pthread_mutex_lock(&sink_lock);
	if (sink_fn)
		sink_fn(level, line, sink_arg);
	else
		fprintf(stderr, "%s\n", line);
	pthread_mutex_unlock(&sink_lock);
}

void brg_log_write(enum brg_log_level level, const char *prefix,
		   const char *fmt, ...)
{
	char text[LINE_BYTES];
	va_list ap;

	if (level == BRG_LOG_QUIET || level > brg_log_get_level())
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	emit(level, prefix, text);
}

int brg_log_fail(int err, const char *prefix, const char *fmt, ...)
{
	char text[LINE_BYTES];
	va_list ap;

	/* Into a buffer first: an argument may be the last error itself. */
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	flatten(text);
	memcpy(last_error, text, sizeof(last_error));
	if (brg_log_get_level() >= BRG_LOG_DEBUG)
		emit(BRG_LOG_DEBUG, prefix, text);
	return err;
}

const char *brg_last_error(void)
{
	return last_error;
}

void brg_clear_error(void)
{
	last_error[0] = '\0';
}

void brg_keep_error(struct brg_kept *kept)
{
	memcpy(kept->line, last_error, sizeof(kept->line));
}

void brg_keep_restore(const struct brg_kept *kept)
{
	memcpy(last_error, kept->line, sizeof(last_error));
}
