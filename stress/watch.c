// SPDX-License-Identifier: GPL-2.0-only
#include "watch.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <barrage/log.h>

#include "bundle.h"
#include "delays.h"
#include "group.h"
#include "interrupt.h"
#include "journal.h"
#include "ledger-settle.h"
#include "ledger-trend.h"
#include "stacks.h"
#include "watch-look.h"

#define POLL_MS 20
#define KILL_MS 10000
#define ABANDON_MS 1000
#define SETTLE_MS 5000

void outcome_error(struct outcome *outcome, const char *text)
{
	outcome->status = STRESS_ERROR;
	snprintf(outcome->text, sizeof(outcome->text), "%s", text);
}

/* What was seen before it ended counts: an error may only follow from that. */
static void judge_exit(struct watch *watch, int status)
{
	char text[100];

	if (watch->outcome->status == STRESS_FAIL)
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STRESS_ERROR) {
		outcome_error(watch->outcome, watch->runner->why);
		return;
	}
	if (WIFEXITED(status) && atomic_load(&watch->runner->ended))
		return;
	snprintf(text, sizeof(text), "the races ended with status %#x", status);
	watch_fail(watch, ORACLE_DIED, text);
}

/* Also where the races have ended: one of their processes may be left. */
static void end_all(struct watch *watch)
{
	unsigned int limit_ms = watch->options->abandon ? ABANDON_MS : KILL_MS;
	bool ended = group_has_ended(watch->pid);
	int status = 0;

	watch->outcome->unkillable = !group_kill(watch->pid, limit_ms, &status);
	if (ended)
		judge_exit(watch, status);
	if (!watch->outcome->unkillable || watch->over)
		return;
	stacks_print(watch->stacks_file, watch->pid);
	watch_fail(watch, ORACLE_HANG,
		   "the races have ended, but not all their processes");
}

static void observe(struct watch *watch)
{
	struct pollfd wait = { .fd = watch->machine->journal->kmsg.fd,
			       .events = POLLIN };

	while (!watch->over && !group_has_ended(watch->pid)) {
		poll(&wait, 1, POLL_MS);
		watch_look(watch);
	}
	end_all(watch);
	watch_look_last(watch);
}

static void start(struct watch *watch)
{
	pid_t parent = getpid();

	group_adopt();
	watch->pid = fork();
	if (watch->pid)
		return;
	setpgid(0, 0);
	interrupt_ignore();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(STRESS_ERROR);
	_exit(runner_main(watch->options, watch->machine, watch->races,
			  watch->runner));
}

static void run(struct watch *watch)
{
	start(watch);
	if (watch->pid < 0) {
		watch->outcome->status = STRESS_ERROR;
		snprintf(watch->outcome->text, sizeof(watch->outcome->text),
			 "fork: %s", strerror(errno));
		return;
	}
	/* both do it: whoever comes first */
	setpgid(watch->pid, watch->pid);
	observe(watch);
}

static void count(struct watch *watch)
{
	const struct shared *shared = watch->machine->world.shared;
	struct outcome *outcome = watch->outcome;
	uint64_t first_ns = atomic_load(&watch->runner->first_ns);

	outcome->rounds = atomic_load(&watch->runner->rounds);
	outcome->nr_calls = atomic_load(&shared->beat);
	outcome->nr_passed = atomic_load(&watch->runner->nr_passed);
	outcome->nr_delayed = atomic_load(&watch->runner->nr_delayed);
	outcome->nr_failed = atomic_load(&shared->nr_failed);
	outcome->nr_seen_by_host = atomic_load(&shared->nr_seen_by_host);
	outcome->nr_seen_by_device = atomic_load(&shared->nr_seen_by_device);
	if (outcome->status == STRESS_PASS && first_ns)
		outcome->seconds = (double)(engine_now_ns() - first_ns) / 1e9;
}

/* what the kernel logs, and where tasks hung: for the bundle */
static int text_open(struct watch *watch)
{
	watch->stacks_file =
		open_memstream(&watch->stacks, &watch->stacks_size);
	return watch->stacks_file ? 0 : -ENOMEM;
}

static void text_close(struct watch *watch)
{
	fclose(watch->stacks_file);
	tail_free(&watch->log);
	free(watch->stacks);
}

/*
 * Those that came up to one, with their delays at the places that were drawn for them, as
 * far as these are still known: that one may have begun long before others did.
 */
static void keep(const struct watch *watch, uint64_t number,
		 struct races *races)
{
	uint64_t rounds = atomic_load(&watch->runner->rounds);

	races_keep(watch->races, number, races);
	for (unsigned int i = 0; i < races->nr_given; i++) {
		uint64_t of = number + 1 - races->nr_given + i;

		if (of < rounds && of + RUNNER_OFFSETS > rounds)
			delays_name(
				&races->given[i],
				watch->runner->offsets[of % RUNNER_OFFSETS]);
	}
}

/* what it takes to see it again */
static void keep_failure(struct watch *watch)
{
	struct outcome *outcome = watch->outcome;
	struct races *races = malloc(sizeof(*races));

	if (!races) {
		brg_error("no bundle: out of memory");
		return;
	}
	keep(watch, outcome->round, races);
	if (races->of[races->nr_given - 1])
		outcome->of = races->of[races->nr_given - 1]->name;
	bundle_leave(watch->options, watch->machine, races, outcome,
		     watch->log.text, watch->stacks);
	free(races);
}

/* what may be heard of later */
static void remember(struct watch *watch)
{
	struct journal *journal = watch->machine->journal;
	uint64_t rounds = watch->outcome->rounds;

	if (!rounds)
		return;
	keep(watch, rounds - 1, &journal->races);
	journal->number = races_number(watch->races, rounds - 1);
	journal->failed = watch->outcome->status == STRESS_FAIL;
	journal->faults = races_fault(watch->races, rounds - 1);
}

/* for who has no more than the log: what --seed and --race make of it */
static void say_seed(const struct watch *watch)
{
	char text[100];

	snprintf(text, sizeof(text), "seed %" PRIu64 " on %s",
		 watch->races->seed, watch->machine->world.device.bdf);
	brg_kmsg_note(text);
}

/* Who else is at work in a machine with hardware has objects of all caches. */
static struct settle *begin_ledger(const struct machine *machine)
{
	struct ledger_source source = {
		.root = "",
		.bdf = machine->world.device.cmb ? "" :
						   machine->world.device.bdf,
		.settle_ms = SETTLE_MS,
		.slabs = getenv("BARRAGE_IN_VM"),
	};

	if (source.slabs)
		source.trend = machine->trend;

	return ledger_begin(&source);
}

/* When all the races had is closed, and nothing has gone wrong that may hold it. */
static void end_ledger(struct watch *watch, struct settle *settle)
{
	struct outcome *outcome = watch->outcome;
	uint64_t rounds = atomic_load(&watch->runner->rounds);
	char text[256];
	int ret = ledger_end(
		settle, outcome->status == STRESS_PASS ? rounds : 0,
		&outcome->ledger, text, sizeof(text), watch->stacks_file);

	if (ret == 1)
		watch_fail(watch, ORACLE_LEAK, text);
	else if (ret)
		watch_fail(watch, ORACLE_HANG,
			   "who asks the kernel what is left gets no answer");
}

void watch_races(const struct stress_options *options, struct machine *machine,
		 const struct races *races, struct outcome *outcome)
{
	struct watch watch = {
		.options = options,
		.machine = machine,
		.races = races,
		.scenario = races->scenario,
		.outcome = outcome,
		.still.disks = { machine->disk.name, machine->slow.name },
	};
	struct settle *settle;

	*outcome =
		(struct outcome){ .status = STRESS_PASS, .seed = races->seed };
	strcpy(outcome->provider, machine->world.device.bdf);
	memset(machine->world.shared, 0, sizeof(*machine->world.shared));
	watch.runner = mmap(NULL, sizeof(*watch.runner), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (watch.runner == MAP_FAILED || text_open(&watch)) {
		outcome_error(outcome, "out of memory");
		return;
	}
	machine->journal->begun = 0;
	bundle_begin(options, machine, races);
	brg_kmsg_mark(races->scenario->name);
	say_seed(&watch);
	settle = begin_ledger(machine);
	run(&watch);
	count(&watch);
	end_ledger(&watch, settle);
	remember(&watch);
	fflush(watch.stacks_file);
	if (outcome->status == STRESS_FAIL) {
		keep_failure(&watch);
		outcome->round = races_number(races, outcome->round);
	}
	bundle_end(options, races);
	text_close(&watch);
	munmap(watch.runner, sizeof(*watch.runner));
}
