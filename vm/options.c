// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "topology.h"

#define DEFAULT_TIMEOUT_S 600
#define DEFAULT_PATIENCE_S 30
#define MAX_TIMEOUT_S (7 * 24 * 3600)

enum {
	OPT_TOPOLOGY = 256,
	OPT_KERNEL,
	OPT_ICOUNT,
	OPT_QUIET,
	OPT_ALLOW_SPLAT,
	OPT_KMEMLEAK,
	OPT_TIMEOUT,
	OPT_BOOT_TIMEOUT,
	OPT_MEMORY,
	OPT_CPUS,
	OPT_OUT,
	OPT_APPEND,
	OPT_OBSERVE_FILE,
	OPT_KEEP_BAR,
	OPT_ENV,
	OPT_PATIENCE,
};

static const struct option long_options[] = {
	{ "topology", required_argument, NULL, OPT_TOPOLOGY },
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "icount", no_argument, NULL, OPT_ICOUNT },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "allow-splat", no_argument, NULL, OPT_ALLOW_SPLAT },
	{ "kmemleak", no_argument, NULL, OPT_KMEMLEAK },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "patience", required_argument, NULL, OPT_PATIENCE },
	{ "boot-timeout", required_argument, NULL, OPT_BOOT_TIMEOUT },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "cpus", required_argument, NULL, OPT_CPUS },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "append", required_argument, NULL, OPT_APPEND },
	{ "observe-file", required_argument, NULL, OPT_OBSERVE_FILE },
	{ "keep-bar", required_argument, NULL, OPT_KEEP_BAR },
	{ "env", required_argument, NULL, OPT_ENV },
	{},
};

int vm_parse_int(const char *what, const char *text, int min, int max,
		 int *value)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 0);
	if (errno || end == text || *end || n < min || n > max) {
		vm_say("%s '%s': not a whole number between %d and %d", what,
		       text, min, max);
		return -EINVAL;
	}
	*value = n;
	return 0;
}

static int add_env(struct vm_options *o, const char *text)
{
	if (*text == '=' || !strchr(text, '=')) {
		vm_say("--env '%s': not NAME=VALUE", text);
		return -EINVAL;
	}
	vm_strv_add(&o->env, "%s", text);
	return 0;
}

static int parse_one(int option, const char *arg, struct vm_options *o)
{
	switch (option) {
	case OPT_TOPOLOGY:
		o->topology = arg;
		return 0;
	case OPT_KERNEL:
		o->kernel = arg;
		return 0;
	case OPT_ICOUNT:
		o->icount = true;
		return 0;
	case OPT_QUIET:
		o->quiet = true;
		return 0;
	case OPT_ALLOW_SPLAT:
		o->allow_splat = true;
		return 0;
	case OPT_KMEMLEAK:
		o->kmemleak = true;
		return 0;
	case OPT_TIMEOUT:
		return vm_parse_int("--timeout", arg, 0, MAX_TIMEOUT_S,
				    &o->timeout_s);
	case OPT_PATIENCE:
		return vm_parse_int("--patience", arg, 0, MAX_TIMEOUT_S,
				    &o->patience_s);
	case OPT_BOOT_TIMEOUT:
		return vm_parse_int("--boot-timeout", arg, 1, MAX_TIMEOUT_S,
				    &o->boot_timeout_s);
	case OPT_MEMORY:
		return vm_parse_int("--memory", arg, 256, INT_MAX,
				    &o->memory_mb);
	case OPT_CPUS:
		return vm_parse_int("--cpus", arg, 1, VM_MAX_CPUS, &o->cpus);
	case OPT_OUT:
		o->out = arg;
		return 0;
	case OPT_APPEND:
		vm_buf_printf(&o->append, "%s%s", o->append.len ? " " : "",
			      arg);
		return 0;
	case OPT_OBSERVE_FILE:
		o->observe_file = arg;
		return 0;
	case OPT_KEEP_BAR:
		o->keep_bar = arg;
		return 0;
	case OPT_ENV:
		return add_env(o, arg);
	default:
		vm_say("'barrage-vm help' lists the options");
		return -EINVAL;
	}
}

static int check(const struct vm_options *o)
{
	if (!o->topology) {
		vm_say("--topology is missing; 'barrage-vm topologies' lists them");
		return -EINVAL;
	}
	if (!o->kernel) {
		vm_say("--kernel is missing: the folder that kernel/build names");
		return -EINVAL;
	}
	if (!o->shell && !*o->command) {
		vm_say("no command: put '-- COMMAND [ARGUMENT...]' at the end");
		return -EINVAL;
	}
	return 0;
}

int vm_options_parse(int argc, char **argv, struct vm_options *options)
{
	int option, ret;

	*options = (struct vm_options){
		.shell = !strcmp(argv[0], "shell"),
		.patience_s = DEFAULT_PATIENCE_S,
	};
	if (!options->shell)
		options->timeout_s = DEFAULT_TIMEOUT_S;
	optind = 1;
	while ((option = getopt_long(argc, argv, "+", long_options, NULL)) !=
	       -1) {
		ret = parse_one(option, optarg, options);
		if (ret)
			return ret;
	}
	options->command = argv + optind;
	return check(options);
}

void vm_options_free(struct vm_options *options)
{
	vm_strv_free(&options->env);
	vm_buf_free(&options->append);
}
