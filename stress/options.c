// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <barrage/log.h>

#include "args.h"
#include "options-devices.h"
#include "stress.h"

#define DEFAULT_DURATION_S 10
#define MAX_DURATION_S (30 * 86400)
#define MAX_SHARDS 1000
#define MAX_HAZARD 999

enum {
	KEY_LIST = 'l',
	KEY_DEVICE = 'd',
	KEY_DISK = 'p',
	KEY_OUTPUT = 'o',
	KEY_BAR = 0x100,
	KEY_TAKE,
	KEY_TWIN,
	KEY_PF,
	KEY_CMB,
	KEY_SLOW,
	KEY_IMPORTER,
	KEY_DURATION,
	KEY_ITERATIONS,
	KEY_SEED,
	KEY_RACE,
	KEY_SHARD,
	KEY_NO_DELAYS,
	KEY_ABANDON,
	KEY_EACH,
	KEY_KEEP_GOING,
	KEY_BUNDLES,
	KEY_TAP,
	KEY_HAZARD,
	KEY_REPLAY,
	KEY_MINIMISE,
	KEY_WITH,
	KEY_EMIT,
};

static const struct argp_option argp_options[] = {
	{ "list", KEY_LIST, NULL, 0,
	  "List the scenarios chosen, or all, and what they need" },
	{ "hazard", KEY_HAZARD, "N", 0,
	  "Of those named, or of all, the scenarios for one hazard" },
	{ "device", KEY_DEVICE, "BDF", 0,
	  "PCI address of a device whose BAR is attacked; of several, each scenario takes the first that has what it needs" },
	{ "bar", KEY_BAR, "N", 0,
	  "BAR of the device named before (default: 2)" },
	{ "take", KEY_TAKE, NULL, 0,
	  "Take the devices from the drivers that have them, and give them back" },
	{ "twin", KEY_TWIN, "BDF", 0,
	  "Another device on the bus of the one named before, reset together with it" },
	{ "pf", KEY_PF, "BDF", 0,
	  "The physical function of the one named before, a VF, which need not be there yet: it is given to vfio-pci, reset, and closed, too, and ALL ITS VFS GO AND COME BACK" },
	{ "cmb", KEY_CMB, "BDF", 0,
	  "PCI address of an NVMe whose controller memory buffer is attacked as its driver gives it out: it is reset and unbound, and WHAT ITS DISKS HOLD IS LOST; one that is in use is refused" },
	{ "peer", KEY_DISK, "DISK", 0,
	  "Disk for direct I/O, /dev/nvme0n1: WHAT IT HOLDS IS LOST; one that is mounted or carries data is refused" },
	{ "slow-peer", KEY_SLOW, "DISK", 0,
	  "Likewise, one that holds I/O in flight" },
	{ "importer", KEY_IMPORTER, "BDF", 0,
	  "A device that imports dma-bufs: QEMU's edu; it is given to the driver barrage-importer meanwhile" },
	{ "duration", KEY_DURATION, "SEC", 0,
	  "How long each scenario runs, and a trial of --minimise at least (default: 10; for --replay four times what the failure took, if that is more)" },
	{ "iterations", KEY_ITERATIONS, "N", 0,
	  "Races of each scenario, if that is over sooner" },
	{ "seed", KEY_SEED, "N", 0,
	  "Decides all that is random (default: random; printed)" },
	{ "race", KEY_RACE, "N", 0,
	  "Of what the seed draws, only the race with this number and the few before it, again and again; with --replay, --minimise or --emit, of what was cut off" },
	{ "shard", KEY_SHARD, "K/N", 0,
	  "Run the K-th of N parts of the scenarios" },
	{ "no-delays", KEY_NO_DELAYS, NULL, 0,
	  "Put no delays into the kernel" },
	{ "each-provider", KEY_EACH, NULL, 0,
	  "The time of each scenario is for all devices that can do it, one after the other (default: for the first)" },
	{ "keep-going", KEY_KEEP_GOING, NULL, 0,
	  "Go on with the next scenario after a failure: the kernel may not be what it was" },
	{ "abandon", KEY_ABANDON, NULL, 0,
	  "After a failure do not give devices back, which takes a minute where the kernel is broken: for a machine that ends then" },
	{ "output", KEY_OUTPUT, "FILE", 0, "Append records as JSON lines" },
	{ "bundles", KEY_BUNDLES, "DIR", 0,
	  "Leave what is needed to replay a failure in DIR/SCENARIO" },
	{ "replay", KEY_REPLAY, "BUNDLE", 0,
	  "Run the races of a bundle again and again, until one fails or there is no time left" },
	{ "minimise", KEY_MINIMISE, "BUNDLE", 0,
	  "Find a smaller race that still fails; leaves BUNDLE-small" },
	{ "with", KEY_WITH, "COMMAND", 0,
	  "How --minimise has a bundle replayed: \"COMMAND FOLDER\" ends with 0 where it passed, 1 where it failed, 2 where it failed otherwise (default: this program; where a failure breaks the kernel, a command that boots one)" },
	{ "emit", KEY_EMIT, "BUNDLE", 0,
	  "Print a C program that does what the last race of a bundle does" },
	{ "tap", KEY_TAP, NULL, 0, "Print KTAP in place of lines for people" },
	{},
};

static void shard(struct argp_state *state, const char *text,
		  struct stress_options *options)
{
	char end;

	if (sscanf(text, "%u/%u%c", &options->shard, &options->nr_shards,
		   &end) != 2 ||
	    !options->shard || options->shard > options->nr_shards ||
	    options->nr_shards > MAX_SHARDS)
		argp_error(
			state,
			"--shard=%s: expected K/N, K from 1 to N, N up to %d",
			text, MAX_SHARDS);
}

static void defaults(struct argp_state *state, struct stress_options *options)
{
	uint32_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		argp_failure(state, argp_err_exit_status, errno, "getrandom");
	options->seed = seed;
	options->duration_s = DEFAULT_DURATION_S;
	options->shard = options->nr_shards = 1;
	options->delays = true;
	options_add_peers(state, options);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct stress_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		defaults(state, options);
		break;
	case KEY_LIST:
		options->list = true;
		break;
	case KEY_DEVICE:
		options_add_device(state, options, "device", arg);
		break;
	case KEY_CMB:
		options_add_cmb(state, options, arg);
		break;
	case KEY_BAR:
		options_last_device(state, options, "bar")->bar =
			(unsigned int)args_number(state, "bar", arg, 0,
						  BRG_PCI_NR_BARS - 1);
		break;
	case KEY_TAKE:
		options->take = true;
		break;
	case KEY_TWIN:
		args_device(state, "twin", arg,
			    options_last_device(state, options, "twin")->twin);
		break;
	case KEY_PF:
		args_device(state, "pf", arg,
			    options_last_device(state, options, "pf")->pf);
		break;
	case KEY_DISK:
		options->disk = arg;
		break;
	case KEY_SLOW:
		options->slow = arg;
		break;
	case KEY_IMPORTER:
		args_device(state, "importer", arg, options->importer);
		break;
	case KEY_DURATION:
		options->duration_s = args_seconds(state, "duration", arg, 0.1,
						   MAX_DURATION_S);
		options->timed = true;
		break;
	case KEY_ITERATIONS:
		options->iterations =
			args_number(state, "iterations", arg, 1, UINT64_MAX);
		break;
	case KEY_SEED:
		options->seed = args_number(state, "seed", arg, 0, INT64_MAX);
		break;
	case KEY_RACE:
		options->race = args_number(state, "race", arg, 0, UINT32_MAX);
		options->chosen = true;
		break;
	case KEY_SHARD:
		shard(state, arg, options);
		break;
	case KEY_NO_DELAYS:
		options->delays = false;
		break;
	case KEY_ABANDON:
		options->abandon = true;
		break;
	case KEY_EACH:
		options->each_provider = true;
		break;
	case KEY_KEEP_GOING:
		options->keep_going = true;
		break;
	case KEY_OUTPUT:
		options->output = arg;
		break;
	case KEY_BUNDLES:
		options->bundles = arg;
		break;
	case KEY_HAZARD:
		options->hazard = (unsigned int)args_number(state, "hazard",
							    arg, 1, MAX_HAZARD);
		break;
	case KEY_TAP:
		options->tap = true;
		break;
	case KEY_REPLAY:
		options->replay = arg;
		break;
	case KEY_MINIMISE:
		options->minimise = arg;
		break;
	case KEY_WITH:
		options->with = arg;
		break;
	case KEY_EMIT:
		options->emit = arg;
		break;
	case ARGP_KEY_END:
		options_check_devices(state, options);
		if (!options->nr_providers)
			options_add_roles(state, options);
		break;
	case ARGP_KEY_ARGS:
		options->names = state->argv + state->next;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void options_parse(int argc, char **argv, struct stress_options *options)
{
	static char *const none[] = { NULL };
	static const struct argp argp = {
		.options = argp_options,
		.parser = parse,
		.args_doc = "[SCENARIO|GLOB...]",
		.doc = "Attack the peer-to-peer memory of a PCI device, and see "
		       "whether the kernel keeps its promises.\v"
		       "Exit status: 0 all passed, 1 a scenario failed, of "
		       "--replay 2: it failed, but not as it did before, 77 "
		       "nothing could run, 99 the harness itself failed.",
	};

	*options = (struct stress_options){ .names = none };
	argp_err_exit_status = STRESS_ERROR;
	if (argp_parse(&argp, argc, argv, 0, NULL, options))
		exit(STRESS_ERROR);
}
