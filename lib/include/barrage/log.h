/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * log - lines for people on stderr, and the last error as one clear line
 *
 * stdout is for results; everything here goes to stderr, or to a sink that the
 * program sets. A source file may define BRG_LOG_PREFIX before its first
 * include to name its subject: "barrage: pci: ...".
 */
#ifndef BARRAGE_LOG_H
#define BARRAGE_LOG_H

#ifndef BRG_LOG_PREFIX
#define BRG_LOG_PREFIX ((const char *)0)
#endif

/* how grave a line is; a level shows itself and the graver ones */
enum brg_log_level {
	BRG_LOG_QUIET,
	BRG_LOG_ERROR,
	BRG_LOG_WARN,
	BRG_LOG_INFO,
	BRG_LOG_DEBUG,
};

/**
 * brg_log_sink - where lines go
 * @level: of the line
 * @line: without a newline, with its prefix
 * @arg: as given to brg_log_set_sink()
 */
typedef void (*brg_log_sink)(enum brg_log_level level, const char *line,
			     void *arg);

/**
 * brg_log_set_level - choose what is shown
 * @level: the default is INFO, or what the environment's BARRAGE_LOG names
 *	(quiet, error, warn, info, debug)
 */
void brg_log_set_level(enum brg_log_level level);

/** brg_log_get_level - the level in force */
enum brg_log_level brg_log_get_level(void);

/**
 * brg_log_set_sink - take the lines over
 * @sink: NULL for stderr; called with one complete line, from any thread, one
 *	at a time
 * @arg: for @sink
 */
void brg_log_set_sink(brg_log_sink sink, void *arg);

__attribute__((format(printf, 3, 4))) void
brg_log_write(enum brg_log_level level, const char *prefix, const char *fmt,
	      ...);

__attribute__((format(printf, 3, 4))) int
brg_log_fail(int err, const char *prefix, const char *fmt, ...);

/**
 * brg_last_error - what failed last in this thread
 *
 * One line with no newline that says what failed, on which device or file, and
 * what to do. Library calls that fail set it and show nothing by themselves
 * (but at the debug level): the program prints it.
 *
 * Return: never NULL; "" where nothing has failed. Valid until the thread's
 * next failing call.
 */
const char *brg_last_error(void);

/** brg_clear_error - forget the thread's last error */
void brg_clear_error(void);

#define brg_error(...) brg_log_write(BRG_LOG_ERROR, BRG_LOG_PREFIX, __VA_ARGS__)
#define brg_warn(...) brg_log_write(BRG_LOG_WARN, BRG_LOG_PREFIX, __VA_ARGS__)
#define brg_info(...) brg_log_write(BRG_LOG_INFO, BRG_LOG_PREFIX, __VA_ARGS__)
#define brg_debug(...) brg_log_write(BRG_LOG_DEBUG, BRG_LOG_PREFIX, __VA_ARGS__)

/**
 * brg_fail - record the last error and hand the code back
 * @err: a negative errno
 *
 * For "return brg_fail(-EBUSY, "%s: held by %s: ...", ...)".
 *
 * Return: @err
 */
#define brg_fail(err, ...) brg_log_fail((err), BRG_LOG_PREFIX, __VA_ARGS__)

#endif
