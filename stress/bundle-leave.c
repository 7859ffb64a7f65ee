// SPDX-License-Identifier: GPL-2.0-only
/* Bundles of who watches races, which no disk may keep waiting */
#include "bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <barrage/log.h>

#include "aside.h"
#include "environment.h"
#include "interrupt.h"

#define PATH_BYTES 4200
#define WRITE_LIMIT_S 60

/* what bundle_write() gets */
struct leaving {
	char folder[PATH_BYTES];
	const struct stress_options *options;
	const struct machine *machine;
	const struct races *races;
	const struct outcome *outcome;
	const char *log;
	const char *stacks;
};

static int leave(void *arg)
{
	struct leaving *leaving = arg;

	interrupt_ignore();
	if (!bundle_write(leaving->folder, leaving->machine, leaving->races,
			  leaving->outcome, leaving->log, leaving->stacks))
		return 0;
	brg_error("%s", brg_last_error());
	return 1;
}

/* What waits for a disk may wait for ever, and who watches must not. */
static bool write_aside(int (*what)(void *arg), struct leaving *leaving)
{
	int ret = aside_run(what, leaving, WRITE_LIMIT_S, NULL);

	if (ret == -ETIMEDOUT)
		brg_error("%s: it was not written within %d s, and is left",
			  leaving->folder, WRITE_LIMIT_S);
	else if (ret < 0)
		brg_error("%s: a process aside: %s", leaving->folder,
			  strerror(-ret));
	return !ret;
}

static void name_folder(const struct stress_options *options,
			const struct races *races, const char *suffix,
			struct leaving *leaving)
{
	snprintf(leaving->folder, sizeof(leaving->folder), "%s/%s%s",
		 options->bundles, races->scenario->name, suffix);
}

void bundle_leave(const struct stress_options *options,
		  const struct machine *machine, const struct races *races,
		  const struct outcome *outcome, const char *log,
		  const char *stacks)
{
	struct leaving leaving = {
		.machine = machine,
		.races = races,
		.outcome = outcome,
		.log = log,
		.stacks = stacks,
	};

	if (!options->bundles)
		return;
	name_folder(options, races, "", &leaving);
	if (write_aside(leave, &leaving))
		fprintf(stderr, "barrage-stress: bundle: %s\n", leaving.folder);
}

static int add_stacks(void *arg)
{
	struct leaving *leaving = arg;
	char path[PATH_BYTES + 30];
	FILE *f;

	interrupt_ignore();
	snprintf(path, sizeof(path), "%s/" BUNDLE_STACKS_AFTER,
		 leaving->folder);
	f = fopen(path, "we");
	if (f)
		fputs(leaving->stacks, f);
	if (f && !fclose(f))
		return 0;
	brg_error("%s: %s", path, strerror(errno));
	return 1;
}

bool bundle_add_stacks(const struct stress_options *options,
		       const struct races *races, const char *stacks)
{
	struct leaving leaving = { .stacks = stacks };

	if (!options->bundles || !races->nr_given)
		return false;
	name_folder(options, races, "", &leaving);
	return write_aside(add_stacks, &leaving);
}

/* where it is as long as nobody knows how it ends */
#define UNFINISHED "-unfinished"

static void sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static int begin(void *arg)
{
	struct leaving *leaving = arg;
	int ret = leave(leaving);

	sync_folder(leaving->folder);
	sync_folder(leaving->options->bundles);
	return ret;
}

void bundle_begin(const struct stress_options *options,
		  const struct machine *machine, const struct races *races)
{
	struct outcome outcome = {
		.status = STRESS_PASS,
		.text = "the machine stopped, or whoever ran it was killed",
	};
	struct leaving leaving = {
		.options = options,
		.races = races,
		.outcome = &outcome,
	};

	if (!options->bundles)
		return;
	strcpy(outcome.provider, machine->world.device.bdf);
	outcome.made_on = environment_of(machine);
	name_folder(options, races, UNFINISHED, &leaving);
	write_aside(begin, &leaving);
	json_decref(outcome.made_on);
}

static int remove_unfinished(void *arg)
{
	struct leaving *leaving = arg;
	char path[PATH_BYTES + 20];

	interrupt_ignore();
	snprintf(path, sizeof(path), "%s/bundle.json", leaving->folder);
	unlink(path);
	rmdir(leaving->folder);
	return 0;
}

void bundle_end(const struct stress_options *options, const struct races *races)
{
	struct leaving leaving = {};

	if (!options->bundles)
		return;
	name_folder(options, races, UNFINISHED, &leaving);
	write_aside(remove_unfinished, &leaving);
}
