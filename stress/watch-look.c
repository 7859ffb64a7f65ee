// SPDX-License-Identifier: GPL-2.0-only
#include "watch-look.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "journal.h"
#include "stacks.h"

#define DEFAULT_LIMIT_MS 60000
/* where a task is that wants something of the emulated machine's 9p */
#define ROOT_WAITS "p9_client_rpc"

/* the first that is wrong counts */
static void fail_in(struct watch *watch, uint64_t round, enum oracle oracle,
		    const char *text)
{
	struct outcome *outcome = watch->outcome;
	uint64_t first_ns = atomic_load(&watch->runner->first_ns);

	atomic_store(&watch->runner->stop, true);
	if (outcome->status == STRESS_FAIL)
		return;
	outcome->status = STRESS_FAIL;
	outcome->oracle = oracle;
	outcome->round = round;
	outcome->seconds =
		first_ns ? (double)(engine_now_ns() - first_ns) / 1e9 : 0;
	snprintf(outcome->text, sizeof(outcome->text), "%s", text);
}

/* in the race that is under way, or was the last one */
void watch_fail(struct watch *watch, enum oracle oracle, const char *text)
{
	uint64_t rounds = atomic_load(&watch->runner->rounds);

	fail_in(watch, rounds ? rounds - 1 : 0, oracle, text);
}

/* in the race that the log has had last: those that run may be some ahead */
static void complain(struct watch *watch, const char *line)
{
	uint64_t rounds = atomic_load(&watch->runner->rounds);

	fail_in(watch, journal_race(watch->machine->journal, rounds),
		ORACLE_LOG, line);
}

/*
 * Of the race that the log has had last: those that run may be some ahead. What was there
 * before the first is of the one before that; a log that does not take such lines knows
 * neither.
 */
static bool is_expected(const struct watch *watch, const char *line)
{
	const struct journal *journal = watch->machine->journal;
	uint64_t rounds = atomic_load(&watch->runner->rounds);

	if (!journal_is_provoked(line, watch->machine->world.importer))
		return false;
	if (journal->begun)
		return races_fault(watch->races, journal->begun - 1);
	return journal->faults ||
	       (rounds && races_fault(watch->races, rounds - 1));
}

/* Nobody knows what is lost, neither good nor bad. */
static void lose(struct watch *watch, const char *text)
{
	atomic_store(&watch->runner->stop, true);
	if (watch->outcome->status == STRESS_PASS)
		outcome_error(watch->outcome, text);
}

static void read_log(struct watch *watch)
{
	struct journal *journal = watch->machine->journal;
	unsigned int left = JOURNAL_LINES;
	char line[400];
	int ret;

	while ((ret = journal_next(journal, &watch->log, &left, line,
				   sizeof(line)))) {
		if (ret < 0)
			lose(watch, line);
		else if (!is_expected(watch, line))
			complain(watch, line);
		if (ret < 0 && ret != -EPIPE)
			return;
	}
}

static void read_shared(struct watch *watch)
{
	struct shared *shared = watch->machine->world.shared;

	if (!atomic_load(&shared->told))
		return;
	if (atomic_load(&shared->oracle) == ORACLE_NONE)
		lose(watch, shared->text);
	else
		watch_fail(watch, atomic_load(&shared->oracle), shared->text);
}

/* and it has been asleep for long, since that answers in no time */
static bool is_for_root(const struct watch *watch)
{
	return getenv("BARRAGE_IN_VM") &&
	       watch->still.nr_looks >= STILL_LIMIT_S &&
	       strstr(watch->stacks, ROOT_WAITS);
}

static void hangs(struct watch *watch, const char *what, uint64_t limit_s)
{
	struct shared *shared = watch->machine->world.shared;
	char text[400];
	size_t used = 0;

	used += (size_t)snprintf(text, sizeof(text),
				 "%s %" PRIu64 " s; under way:", what, limit_s);
	for (unsigned int i = 0; i < ENGINE_MAX_ACTORS + 2; i++)
		if (atomic_load(&shared->log[i].at) && used < sizeof(text))
			used += (size_t)snprintf(text + used,
						 sizeof(text) - used,
						 " actor %u at call %u,", i,
						 shared->log[i].at - 1);
	stacks_print(watch->stacks_file, watch->pid);
	fflush(watch->stacks_file);
	watch->over = true;
	if (is_for_root(watch))
		lose(watch, "the emulated machine's root file system does not "
			    "answer: not the fault of what runs in it, see "
			    "docs/emulation.md");
	else
		watch_fail(watch, ORACLE_HANG, text);
}

/* somebody is in a call that may be slow: no end of it means nothing */
static bool may_sleep(const struct watch *watch, uint64_t now_ns)
{
	const struct shared *shared = watch->machine->world.shared;

	for (unsigned int i = 0; i < ENGINE_MAX_ACTORS + 2; i++)
		if (atomic_load(&shared->log[i].slow_ns) > now_ns)
			return true;
	return watch->still.nr_slow && watch->still.nr_slow <= STILL_HARDWARE_S;
}

/* What a race may sleep is not of its time. */
static void count_slack(struct watch *watch, uint64_t begin_ns, uint64_t now_ns)
{
	if (watch->of_ns != begin_ns) {
		watch->of_ns = watch->looked_ns = begin_ns;
		watch->slack_ns = 0;
	}
	if (may_sleep(watch, now_ns) && now_ns > watch->looked_ns)
		watch->slack_ns += now_ns - watch->looked_ns;
	watch->looked_ns = now_ns;
}

static void check_limit(struct watch *watch)
{
	uint64_t begin_ns = atomic_load(&watch->runner->begin_ns);
	uint64_t limit_ms = watch->scenario->limit_ms ?: DEFAULT_LIMIT_MS;
	uint64_t now_ns = engine_now_ns();

	count_slack(watch, begin_ns, now_ns);
	if (begin_ns && !watch->over &&
	    now_ns > begin_ns + watch->slack_ns + limit_ms * 1000000)
		hangs(watch, "no end after", limit_ms / 1000);
}

/* sooner, where it is beyond doubt */
static void check_still(struct watch *watch)
{
	uint64_t beat = atomic_load(&watch->machine->world.shared->beat);
	uint64_t now_ns = engine_now_ns();

	if (may_sleep(watch, now_ns))
		watch->still.nr_looks = 0;
	if (atomic_load(&watch->runner->begin_ns) && !watch->over &&
	    still_look(&watch->still, watch->pid, beat, now_ns))
		hangs(watch, "nothing has happened for", STILL_LIMIT_S);
}

void watch_look(struct watch *watch)
{
	if (interrupt_came())
		atomic_store(&watch->runner->stop, true);
	read_log(watch);
	read_shared(watch);
	check_limit(watch);
	check_still(watch);
}

void watch_look_last(struct watch *watch)
{
	struct shared *shared = watch->machine->world.shared;
	char text[80];

	read_shared(watch);
	if (atomic_load(&shared->wrong) && !atomic_load(&shared->told))
		watch_fail(
			watch, ORACLE_DIED,
			"something was wrong, and who saw it was killed before it could say what");
	read_log(watch);
	if (journal_taints(watch->machine->journal, text, sizeof(text)))
		watch_fail(watch, ORACLE_TAINT, text);
}
