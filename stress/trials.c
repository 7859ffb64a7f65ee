// SPDX-License-Identifier: GPL-2.0-only
#include "trials.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <barrage/log.h>

#include "bundle.h"
#include "errand.h"
#include "interrupt.h"
#include "signature.h"

#define MAX_TRIES 6
#define MAX_ERRORS 3 /* one after the other */
#define TRIAL_FACTOR 4 /* of the time that the failure took */

/* of a shell, which has other reasons for such a status than a machine has */
#define CANNOT_BE_RUN 126
#define NOT_FOUND 127
#define BY_SIGNAL 128

/* While it runs, system() has these ignored here: they are for all of us. */
static bool is_interrupt(int sig)
{
	return sig == SIGINT || sig == SIGQUIT;
}

static int try_by_command(struct trials *trials, const struct races *races)
{
	char command[PATH_MAX], folder[PATH_MAX];
	int status;

	snprintf(folder, sizeof(folder), "%s/trial", trials->folder);
	if (bundle_write(folder, NULL, races, &trials->failure, NULL, NULL))
		return -EIO;
	/* by its environment: whatever the name is, it is one argument */
	snprintf(command, sizeof(command), "%s \"$BARRAGE_BUNDLE\" > /dev/null",
		 trials->options.with);
	if (setenv("BARRAGE_BUNDLE", folder, 1))
		return brg_fail(-ENOMEM, "out of memory");
	status = system(command);
	if (status < 0)
		return brg_fail(-errno, "%s: %s", trials->options.with,
				strerror(errno));
	if (WIFSIGNALED(status))
		status = BY_SIGNAL + WTERMSIG(status);
	else
		status = WEXITSTATUS(status);
	if (is_interrupt(status - BY_SIGNAL))
		interrupt_note(status - BY_SIGNAL);
	return status;
}

static int try_here(struct trials *trials, const struct races *races)
{
	struct outcome *outcome = &trials->seen;

	watch_races(&trials->options, trials->machine, races, outcome);
	watch_after(&trials->options, trials->machine, outcome);
	if (outcome->unkillable)
		return brg_fail(-EIO,
				"processes are left that nothing ends: %s",
				outcome->text);
	/* wrong data may be on the disks by now, which the next one would see */
	if (outcome->status == STRESS_FAIL && !interrupt_came() &&
	    errand_stamp(trials->machine))
		return -EIO;
	if (outcome->status == STRESS_FAIL &&
	    !signature_same(&trials->failure, outcome))
		return STRESS_OTHER;
	return (int)outcome->status;
}

static int try_once(struct trials *trials, const struct races *races)
{
	int status;

	trials->nr++;
	status = trials->options.with ? try_by_command(trials, races) :
					try_here(trials, races);
	/* it was cut off, and what it ended with says nothing */
	return interrupt_came() ? brg_fail(-EINTR, "interrupted") : status;
}

static bool is_verdict(int status)
{
	return status == STRESS_PASS || status == STRESS_FAIL ||
	       status == STRESS_OTHER;
}

/* A machine that is emulated fails now and then; what lacks does so again. */
static bool may_be_chance(int status)
{
	return status > 0 && !is_verdict(status) && status != STRESS_SKIP &&
	       status != CANNOT_BE_RUN && status != NOT_FOUND;
}

/* PASS, FAIL, OTHER, or -errno */
static int try_for_sure(struct trials *trials, const struct races *races)
{
	int status = try_once(trials, races);

	for (int i = 1; i < MAX_ERRORS && may_be_chance(status); i++) {
		brg_warn("trial %u ended with status %d: once more", trials->nr,
			 status);
		status = try_once(trials, races);
	}
	if (status < 0 || is_verdict(status))
		return status;
	return brg_fail(-EIO, "a trial ended with status %d: %s", status,
			trials->options.with ?: trials->seen.text);
}

static int try(struct trials *trials, const struct races *races)
{
	int status = STRESS_OTHER;

	for (int i = 0; i < MAX_TRIES && status == STRESS_OTHER; i++)
		status = try_for_sure(trials, races);
	trials->other = status == STRESS_OTHER;
	return status;
}

int trials_fail(struct trials *trials, const struct races *races)
{
	int status = try(trials, races);

	return status < 0 ? status : status == STRESS_FAIL;
}

double trials_seconds(const struct stress_options *options,
		      const struct outcome *failure)
{
	double seconds = TRIAL_FACTOR * failure->seconds;

	return options->duration_s < seconds ? seconds : options->duration_s;
}

static void look_for_what_was_seen(struct trials *trials)
{
	trials->failure.oracle = trials->seen.oracle;
	snprintf(trials->failure.text, sizeof(trials->failure.text), "%s",
		 trials->seen.text);
}

/* What cannot fail like that again is looked for in vain. */
static int try_again(struct trials *trials, const struct races *races)
{
	int status = try(trials, races);

	if (status == STRESS_OTHER)
		return brg_fail(
			-EIO,
			"it failed once, and in another way ever after: %s: %s: this kernel may not be the same any more, which --with is for",
			oracle_name(trials->seen.oracle), trials->seen.text);
	return status < 0 ? status : 1;
}

int trials_begin(struct trials *trials, const struct races *races)
{
	int status = try(trials, races);

	if (status < 0 || status == STRESS_PASS)
		return status < 0 ? status : 0;
	if (trials->options.with && status == STRESS_OTHER)
		return brg_fail(
			-EIO,
			"%s: it fails, but never as the bundle says: %s: %s",
			trials->options.minimise,
			oracle_name(trials->failure.oracle),
			trials->failure.text);
	if (trials->options.with)
		return 1;
	if (status == STRESS_OTHER)
		brg_warn(
			"each time it is %s: %s; not %s: %s, as in the bundle: that is looked for",
			oracle_name(trials->seen.oracle), trials->seen.text,
			oracle_name(trials->failure.oracle),
			trials->failure.text);
	if (status == STRESS_OTHER || trials->failure.oracle == ORACLE_NONE)
		look_for_what_was_seen(trials);
	return try_again(trials, races);
}
