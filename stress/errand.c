// SPDX-License-Identifier: GPL-2.0-only
#include "errand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <barrage/cleanup.h>
#include <barrage/log.h>

#include "aside.h"
#include "interrupt.h"
#include "stacks.h"
#include "still.h"

/* for each device: an NVMe may take two minutes to be ready; a disk is written */
#define LIMIT_S 240

/*
 * Sooner in the emulated machine, whose devices answer at once, where all is asleep and no
 * disk at work for so long. Longer than a race may be, since here the kernel's own threads
 * bring slots up, for one; but not where an NVMe's driver waits for what a reset has cost
 * it.
 */
#ifndef ERRAND_STILL_S
#define ERRAND_STILL_S 30
#endif

/* what goes, and what comes back */
struct errand {
	int (*what)(struct errand *errand);
	struct machine machine;
	unsigned int needs;
	unsigned int lacks;
	struct machine_step step;
	char bdf[BRG_PCI_BDF_BYTES];
	char why[512];
};

static struct errand *errand;

int errand_begin(void)
{
	void *shared = mmap(NULL, sizeof(*errand), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return brg_fail(-errno, "out of memory");
	errand = shared;
	/* what it binds is bound for longer than it lives */
	return brg_cleanup_share();
}

static int run(void *arg)
{
	struct errand *going = arg;
	int ret;

	interrupt_ignore();
	ret = going->what(going);
	if (ret)
		snprintf(going->why, sizeof(going->why), "%s",
			 brg_last_error());
	return -ret;
}

static bool is_stuck(pid_t pid, void *arg)
{
	struct still *still = arg;

	still_look(still, pid, atomic_load(&errand->step.nr), engine_now_ns());
	if (atomic_load(&errand->step.slow))
		still->nr_looks = 0;
	return still->nr_looks >= ERRAND_STILL_S;
}

/* what it takes to say why */
static void keep_stacks(struct machine *machine, pid_t left)
{
	size_t size;
	FILE *f = open_memstream(&machine->stacks, &size);

	if (!f)
		return;
	stacks_print(f, left);
	fclose(f);
}

static int leave(struct machine *machine, pid_t left, uint64_t begin_ns)
{
	machine->stuck = true;
	snprintf(
		machine->why, sizeof(machine->why),
		"the kernel waits for something that does not end, for %u s now: reboot this machine",
		(unsigned int)((engine_now_ns() - begin_ns) / 1000000000));
	keep_stacks(machine, left);
	return brg_fail(-ETIMEDOUT, "%s", machine->why);
}

static int go(struct machine *machine, int (*what)(struct errand *errand))
{
	struct still still = { .disks = { machine->disk.name,
					  machine->slow.name } };
	struct aside_watch watch = { is_stuck, &still };
	uint64_t begin_ns = engine_now_ns();
	pid_t left;
	int ret;

	if (machine->stuck)
		return brg_fail(
			-ETIMEDOUT,
			"the kernel still waits for something that does not end");
	errand->what = what;
	errand->machine = *machine;
	*errand->why = '\0';
	errand->machine.step = &errand->step;
	atomic_store(&errand->step.slow, false);
	ret = aside_run_watched(run, errand, LIMIT_S, &errand->step.nr,
				getenv("BARRAGE_IN_VM") ? &watch : NULL, &left);
	if (ret == -ETIMEDOUT)
		return leave(machine, left, begin_ns);
	if (ret < 0)
		return brg_fail(ret, "a process aside: %s", strerror(-ret));
	/* also where it failed: something may be bound */
	*machine = errand->machine;
	return ret ? brg_fail(-ret, "%s", errand->why) : 0;
}

static int use(struct errand *going)
{
	return machine_use(&going->machine, going->needs, &going->lacks);
}

int errand_use(struct machine *machine, unsigned int needs, unsigned int *lacks)
{
	int ret;

	errand->needs = needs;
	ret = go(machine, use);
	if (!ret)
		*lacks = errand->lacks;
	return ret;
}

static int use_next(struct errand *going)
{
	return machine_use_next(&going->machine, going->needs);
}

int errand_use_next(struct machine *machine, unsigned int needs)
{
	errand->needs = needs;
	return go(machine, use_next);
}

static int use_named(struct errand *going)
{
	return machine_use_named(&going->machine, going->needs, going->bdf);
}

int errand_use_named(struct machine *machine, unsigned int needs,
		     const char *bdf)
{
	errand->needs = needs;
	snprintf(errand->bdf, sizeof(errand->bdf), "%s", bdf);
	return go(machine, use_named);
}

static int stamp(struct errand *going)
{
	return machine_stamp(&going->machine);
}

int errand_stamp(struct machine *machine)
{
	return go(machine, stamp);
}

static int give_back(struct errand *going)
{
	return machine_close(&going->machine);
}

int errand_close(struct machine *machine)
{
	return go(machine, give_back);
}
