// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "args.h"

#define DEFAULT_ARMS "host,bounce,p2p-register"
#define MAX_ROUNDS 1000
#define MAX_RUNTIME_S 86400

enum {
	KEY_LIST = 'l',
	KEY_DEVICE = 'd',
	KEY_PEER = 'p',
	KEY_MEM = 'm',
	KEY_OUTPUT = 'o',
	KEY_BAR = 0x100,
	KEY_ROUNDS,
	KEY_RUNTIME,
	KEY_SEED,
	KEY_FIO,
	KEY_ENGINE,
	KEY_JOBS,
	KEY_ICOUNT,
	KEY_TAP,
	KEY_TAKE,
	KEY_IMPORTER,
	KEY_RDMA,
};

static const struct argp_option argp_options[] = {
	{ "list", KEY_LIST, NULL, 0, "List the benchmarks and what they need" },
	{ "device", KEY_DEVICE, "BDF", 0,
	  "PCI address of the device whose BAR is used" },
	{ "bar", KEY_BAR, "N", 0, "Its BAR (default: 2)" },
	{ "take", KEY_TAKE, NULL, 0,
	  "Take the device from the driver that has it, and give it back; sizes, costs, dmabufs and reset know how" },
	{ "importer", KEY_IMPORTER, "BDF", 0,
	  "A device that imports dma-bufs: QEMU's edu; it is given to the driver barrage-importer meanwhile" },
	{ "peer", KEY_PEER, "DISK", 0,
	  "Disk to read and write, /dev/nvme0n1: WHAT IT HOLDS IS LOST; one that is mounted or carries data is refused" },
	{ "rdma", KEY_RDMA, "NAME", 0,
	  "RDMA device (default: the first that takes dma-bufs of the BAR)" },
	{ "mem", KEY_MEM, "KIND[,KIND]", 0,
	  "Kinds of memory to compare (default: " DEFAULT_ARMS ")" },
	{ "rounds", KEY_ROUNDS, "N", 0,
	  "How often each kind has its turn (default: 3)" },
	{ "runtime", KEY_RUNTIME, "SEC", 0,
	  "How long each turn lasts, where it goes by time (default: 0.5)" },
	{ "duration", KEY_RUNTIME, NULL, OPTION_ALIAS },
	{ "seed", KEY_SEED, "N", 0,
	  "Of the order of turns and of the data (default: random)" },
	{ "output", KEY_OUTPUT, "FILE", 0,
	  "Write records there as JSON lines; - is stdout" },
	{ "fio", KEY_FIO, "PATH", 0, "The pinned fio" },
	{ "engine", KEY_ENGINE, "PATH", 0, "The fio engine built for it" },
	{ "jobs", KEY_JOBS, "DIR", 0, "Folder of job files" },
	{ "icount", KEY_ICOUNT, NULL, 0,
	  "The set for a machine whose clock counts instructions" },
	{ "tap", KEY_TAP, NULL, 0, "Print KTAP in place of the table" },
	{},
};

static void add_arm(struct argp_state *state, const char *name,
		    struct bench_options *options)
{
	const struct brg_mem_ops *kind = brg_mem_find(name);

	if (!kind)
		argp_error(state, "--mem=%s: unknown kind of memory: choose %s",
			   name, brg_mem_names());
	for (unsigned int i = 0; i < options->nr_arms; i++) {
		if (options->arms[i] == kind)
			argp_error(state, "--mem: %s is named twice", name);
	}
	if (options->nr_arms == BENCH_MAX_ARMS)
		argp_error(state, "--mem: more than %d kinds", BENCH_MAX_ARMS);
	options->arms[options->nr_arms++] = kind;
}

static void parse_arms(struct argp_state *state, const char *text,
		       struct bench_options *options)
{
	char *names = strdup(text), *rest = names, *name;

	if (!names)
		argp_failure(state, argp_err_exit_status, ENOMEM, "--mem");
	options->nr_arms = 0;
	while ((name = strsep(&rest, ",")))
		add_arm(state, name, options);
	free(names);
}

/* the rest comes from the emulated machine, or from what is built */
static void parse_environment(struct argp_state *state,
			      struct bench_options *options)
{
	const char *device = getenv("BARRAGE_PROVIDER");
	const char *bar = getenv("BARRAGE_PROVIDER_BAR");
	const char *importer = getenv("BARRAGE_EDU");
	const char *rdma = getenv("BARRAGE_RDMA");

	if (device && *device)
		args_device(state, "device", device, options->device);
	if (importer && *importer)
		args_device(state, "importer", importer, options->importer);
	if (bar && *bar) {
		options->bar = (unsigned int)args_number(state, "bar", bar, 0,
							 BRG_PCI_NR_BARS - 1);
	}
	options->peer = getenv("BARRAGE_DISK");
	options->rdma = rdma && *rdma ? rdma : NULL;
	options->fio = getenv("BARRAGE_FIO");
	options->engine = getenv("BARRAGE_FIO_ENGINE");
	options->jobs = getenv("BARRAGE_FIO_JOBS");
}

static void set_defaults(struct argp_state *state,
			 struct bench_options *options)
{
	uint32_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		argp_failure(state, argp_err_exit_status, errno, "getrandom");
	*options = (struct bench_options){
		.bar = 2,
		.rounds = 3,
		.runtime_s = 0.5,
		.seed = seed,
	};
	parse_arms(state, DEFAULT_ARMS, options);
	parse_environment(state, options);
}

static void parse_number(int key, char *arg, struct argp_state *state,
			 struct bench_options *options)
{
	switch (key) {
	case KEY_BAR:
		options->bar = (unsigned int)args_number(state, "bar", arg, 0,
							 BRG_PCI_NR_BARS - 1);
		break;
	case KEY_ROUNDS:
		options->rounds = (unsigned int)args_number(state, "rounds",
							    arg, 1, MAX_ROUNDS);
		break;
	case KEY_SEED:
		options->seed = args_number(state, "seed", arg, 0, INT64_MAX);
		break;
	}
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct bench_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		set_defaults(state, options);
		break;
	case ARGP_KEY_ARGS:
		options->names = state->argv + state->next;
		state->next = state->argc;
		break;
	case KEY_LIST:
		options->list = true;
		break;
	case KEY_TAP:
		options->tap = true;
		break;
	case KEY_ICOUNT:
		options->icount = true;
		break;
	case KEY_TAKE:
		options->take = true;
		break;
	case KEY_DEVICE:
		args_device(state, "device", arg, options->device);
		break;
	case KEY_IMPORTER:
		args_device(state, "importer", arg, options->importer);
		break;
	case KEY_PEER:
		options->peer = arg;
		break;
	case KEY_MEM:
		parse_arms(state, arg, options);
		break;
	case KEY_RDMA:
		options->rdma = arg;
		break;
	case KEY_RUNTIME:
		options->runtime_s = args_seconds(state, "runtime", arg, 0.01,
						  MAX_RUNTIME_S);
		break;
	case KEY_OUTPUT:
		options->output = arg;
		break;
	case KEY_FIO:
		options->fio = arg;
		break;
	case KEY_ENGINE:
		options->engine = arg;
		break;
	case KEY_JOBS:
		options->jobs = arg;
		break;
	case KEY_BAR:
	case KEY_ROUNDS:
	case KEY_SEED:
		parse_number(key, arg, state, options);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp parser = {
	.options = argp_options,
	.parser = parse_option,
	.args_doc = "[NAME-OR-GLOB...]",
	.doc = "Measure what I/O costs with each kind of memory.\v"
	       "Data is verified before and after. Exit status: 0 pass, 1 fail "
	       "(wrong data, a missing proof), 77 skipped with the reason, 99 "
	       "the harness failed.",
};

void options_parse(int argc, char **argv, struct bench_options *options)
{
	static char *none[] = { NULL };

	argp_err_exit_status = 99;
	argp_parse(&parser, argc, argv, 0, NULL, options);
	if (!options->names)
		options->names = none;
	if (options->output && options->tap && !strcmp(options->output, "-")) {
		fprintf(stderr,
			"barrage-bench: --tap and --output=- both want stdout\n");
		exit(argp_err_exit_status);
	}
}
