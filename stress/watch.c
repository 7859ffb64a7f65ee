// SPDX-License-Identifier: GPL-2.0-only
#include "watch.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <barrage/kmsg.h>
#include <barrage/log.h>

#include "bundle.h"
#include "runner.h"
#include "stacks.h"
#include "still.h"

#define POLL_MS 20
#define DEFAULT_LIMIT_MS 60000
#define KILL_MS 10000

/* one scenario on its way */
struct watch {
	const struct stress_options *options;
	struct machine *machine;
	const struct races *races;
	const struct stress_scenario *scenario;
	struct outcome *outcome;
	struct runner *runner;
	struct brg_kmsg kmsg;
	unsigned long taint;
	pid_t pid;
	bool over;
	struct still still;
	char *log, *stacks;
	size_t log_size, stacks_size;
	FILE *log_file, *stacks_file;
};

static unsigned long read_taint(void)
{
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");
	unsigned long taint = 0;

	if (f && fscanf(f, "%lu", &taint) != 1)
		taint = 0;
	if (f)
		fclose(f);
	return taint;
}

/* the first that is wrong counts */
static void fail(struct watch *watch, enum oracle oracle, const char *text)
{
	struct outcome *outcome = watch->outcome;
	uint64_t rounds = atomic_load(&watch->runner->rounds);
	uint64_t first_ns = atomic_load(&watch->runner->first_ns);

	atomic_store(&watch->runner->stop, true);
	if (outcome->status == STRESS_FAIL)
		return;
	outcome->status = STRESS_FAIL;
	outcome->oracle = oracle;
	outcome->round = rounds ? rounds - 1 : 0;
	outcome->seconds =
		first_ns ? (double)(engine_now_ns() - first_ns) / 1e9 : 0;
	snprintf(outcome->text, sizeof(outcome->text), "%s", text);
}

/* DMA that the IOMMU stopped; of many, the kernel only says how many */
static bool is_fault(const char *line)
{
	return strstr(line, "DMAR: ") || strstr(line, "dmar_fault: ");
}

static void read_log(struct watch *watch)
{
	char line[400];
	int ret;

	while ((ret = brg_kmsg_next_line(&watch->kmsg, line, sizeof(line)))) {
		if (ret > 0)
			fprintf(watch->log_file, "%s\n", line);
		if (ret < 0) {
			fail(watch, ORACLE_LOG, brg_last_error());
			if (ret != -EPIPE)
				return;
		} else if (brg_kmsg_is_splat(line) &&
			   !(watch->scenario->faults && is_fault(line))) {
			fail(watch, ORACLE_LOG, line);
		}
	}
}

static void read_shared(struct watch *watch)
{
	struct shared *shared = watch->machine->world.shared;

	if (atomic_load(&shared->told))
		fail(watch, atomic_load(&shared->oracle), shared->text);
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
	fail(watch, ORACLE_HANG, text);
	watch->over = true;
}

static void check_limit(struct watch *watch)
{
	uint64_t begin_ns = atomic_load(&watch->runner->begin_ns);
	uint64_t limit_ms = watch->scenario->limit_ms ?: DEFAULT_LIMIT_MS;

	if (begin_ns && !watch->over &&
	    engine_now_ns() - begin_ns > limit_ms * 1000000)
		hangs(watch, "no end after", limit_ms / 1000);
}

/* sooner, where it is beyond doubt */
static void check_still(struct watch *watch)
{
	uint64_t beat = atomic_load(&watch->machine->world.shared->beat);

	if (atomic_load(&watch->runner->begin_ns) && !watch->over &&
	    still_look(&watch->still, watch->pid, beat, engine_now_ns()))
		hangs(watch, "nothing has happened for", STILL_LIMIT_S);
}

static void judge_exit(struct watch *watch, int status)
{
	char text[100];

	if (WIFEXITED(status) && WEXITSTATUS(status) == STRESS_ERROR) {
		watch->outcome->status = STRESS_ERROR;
		snprintf(watch->outcome->text, sizeof(watch->outcome->text),
			 "%s", watch->runner->why);
		return;
	}
	if (WIFEXITED(status) && atomic_load(&watch->runner->ended))
		return;
	snprintf(text, sizeof(text), "the races ended with status %#x", status);
	fail(watch, ORACLE_DIED, text);
}

/* true once it has ended */
static bool reap(struct watch *watch)
{
	int status;

	if (waitpid(watch->pid, &status, WNOHANG) != watch->pid)
		return false;
	judge_exit(watch, status);
	return true;
}

static void kill_all(struct watch *watch)
{
	uint64_t end_ns = engine_now_ns() + KILL_MS * 1000000ull;

	kill(-watch->pid, SIGKILL);
	while (engine_now_ns() < end_ns) {
		if (waitpid(watch->pid, NULL, WNOHANG) == watch->pid)
			return;
		usleep(POLL_MS * 1000);
	}
	watch->outcome->unkillable = true;
}

static void observe(struct watch *watch)
{
	struct pollfd wait = { .fd = watch->kmsg.fd, .events = POLLIN };

	while (!reap(watch)) {
		poll(&wait, 1, POLL_MS);
		read_log(watch);
		read_shared(watch);
		check_limit(watch);
		check_still(watch);
		if (watch->over) {
			kill_all(watch);
			break;
		}
	}
	read_shared(watch);
	read_log(watch);
}

static void start(struct watch *watch)
{
	pid_t parent = getpid();

	watch->pid = fork();
	if (watch->pid)
		return;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(STRESS_ERROR);
	_exit(runner_main(watch->options, watch->machine, watch->races,
			  watch->runner));
}

static void judge_taint(struct watch *watch)
{
	unsigned long taint = read_taint();
	char text[80];

	if (taint == watch->taint)
		return;
	snprintf(text, sizeof(text), "the kernel is tainted: %#lx, was %#lx",
		 taint, watch->taint);
	fail(watch, ORACLE_TAINT, text);
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
	judge_taint(watch);
}

static void count(struct watch *watch)
{
	struct outcome *outcome = watch->outcome;
	uint64_t first_ns = atomic_load(&watch->runner->first_ns);

	outcome->rounds = atomic_load(&watch->runner->rounds);
	outcome->nr_calls = atomic_load(&watch->machine->world.shared->beat);
	outcome->nr_passed = atomic_load(&watch->runner->nr_passed);
	outcome->nr_delayed = atomic_load(&watch->runner->nr_delayed);
	if (outcome->status == STRESS_PASS && first_ns)
		outcome->seconds = (double)(engine_now_ns() - first_ns) / 1e9;
}

/* what the kernel logs, and where tasks hung: for the bundle */
static int text_open(struct watch *watch)
{
	watch->log_file = open_memstream(&watch->log, &watch->log_size);
	watch->stacks_file =
		open_memstream(&watch->stacks, &watch->stacks_size);
	return watch->log_file && watch->stacks_file ? 0 : -ENOMEM;
}

static void text_close(struct watch *watch)
{
	fclose(watch->log_file);
	fclose(watch->stacks_file);
	free(watch->log);
	free(watch->stacks);
}

static int errors(struct outcome *outcome, const char *text)
{
	outcome->status = STRESS_ERROR;
	snprintf(outcome->text, sizeof(outcome->text), "%s", text);
	return -1;
}

static void leave_bundle(struct watch *watch, const struct races *races)
{
	struct outcome *outcome = watch->outcome;
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s/%s", watch->options->bundles,
		 watch->scenario->name);
	if (bundle_write(folder, watch->machine, races, outcome, watch->log,
			 watch->stacks))
		brg_error("%s", brg_last_error());
	else
		fprintf(stderr, "barrage-stress: bundle: %s\n", folder);
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
	races_keep(watch->races, outcome->round, races);
	if (races->of[races->nr_given - 1])
		outcome->of = races->of[races->nr_given - 1]->name;
	if (watch->options->bundles)
		leave_bundle(watch, races);
	free(races);
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
		.taint = read_taint(),
		.still.disks = { machine->world.disk_path,
				 machine->world.slow_path },
	};

	*outcome = (struct outcome){ .status = STRESS_PASS };
	strcpy(outcome->provider, machine->world.device.bdf);
	memset(machine->world.shared, 0, sizeof(*machine->world.shared));
	watch.runner = mmap(NULL, sizeof(*watch.runner), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (watch.runner == MAP_FAILED || text_open(&watch)) {
		errors(outcome, "out of memory");
		return;
	}
	if (brg_kmsg_open(&watch.kmsg, races->scenario->name)) {
		errors(outcome, brg_last_error());
	} else {
		run(&watch);
		count(&watch);
		brg_kmsg_close(&watch.kmsg);
	}
	fflush(watch.log_file);
	fflush(watch.stacks_file);
	if (outcome->status == STRESS_FAIL)
		keep_failure(&watch);
	text_close(&watch);
	munmap(watch.runner, sizeof(*watch.runner));
}
