// SPDX-License-Identifier: GPL-2.0-only
#include "errand.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <barrage/cleanup.h>
#include <barrage/log.h>

#include "aside.h"
#include "interrupt.h"

/* for each device: an NVMe may take two minutes to be ready; a disk is written */
#define LIMIT_S 240

/* what goes, and what comes back */
struct errand {
	int (*what)(struct errand *errand);
	struct machine machine;
	unsigned int needs;
	unsigned int lacks;
	_Atomic unsigned int steps; /* devices that are done */
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

static int go(struct machine *machine, int (*what)(struct errand *errand))
{
	int ret;

	if (machine->stuck)
		return brg_fail(
			-ETIMEDOUT,
			"the kernel still waits for something that does not end");
	errand->what = what;
	errand->machine = *machine;
	*errand->why = '\0';
	errand->machine.steps = &errand->steps;
	ret = aside_run(run, errand, LIMIT_S, &errand->steps);
	if (ret == -ETIMEDOUT) {
		machine->stuck = true;
		return brg_fail(
			ret,
			"the kernel waits for something that does not end, for %u s now: reboot this machine",
			LIMIT_S);
	}
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

void errand_judge(const struct machine *machine, struct outcome *outcome)
{
	outcome_error(outcome, brg_last_error());
	outcome->unkillable = machine->stuck;
	if (!machine->stuck)
		return;
	outcome->status = STRESS_FAIL;
	outcome->oracle = ORACLE_HANG;
}
