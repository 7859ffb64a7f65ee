// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "observe.h"
#include "options.h"
#include "run.h"
#include "topology.h"

static const char usage[] =
	"barrage-vm: an emulated machine with an IOMMU, an NVMe disk and a device\n"
	"whose BAR is memory, for programs that need them.\n"
	"\n"
	"barrage-vm run --topology NAME|FILE --kernel DIR [OPTION...] -- COMMAND...\n"
	"	boot, run COMMAND of this system in it, exit with its status;\n"
	"	1 where the kernel log has a splat, 124 for a time limit, 99 where\n"
	"	the machine itself could not be run\n"
	"barrage-vm shell --topology NAME|FILE --kernel DIR [OPTION...]\n"
	"	a prompt in it; Ctrl-] ends a machine that does not answer\n"
	"barrage-vm topologies\n"
	"	list them\n"
	"barrage-vm observe FILE|DIR ACTION [OPTION...]\n"
	"	look at a BAR's memory from outside; 'observe help' says more\n"
	"\n"
	"Options of run and shell:\n"
	"  --out DIR            keep dmesg, console, qemu.log, run.json,\n"
	"                       ROLE-bar.sha256, and what COMMAND writes to\n"
	"                       $BARRAGE_OUT\n"
	"  --timeout SEC        limit for COMMAND (600; shell: none; 0: none)\n"
	"  --patience SEC       for processes that COMMAND leaves to end (30)\n"
	"  --boot-timeout SEC   limit for reaching user space (90; debug: 300)\n"
	"  --env NAME=VALUE     for COMMAND, may be repeated\n"
	"  --append PARAMETERS  for the kernel, may be repeated\n"
	"  --memory MIB         of the machine\n"
	"  --cpus N             of the machine (2)\n"
	"  --icount             time counts instructions: repeatable, no clock\n"
	"  --allow-splat        what is in the kernel log fails nothing\n"
	"  --kmemleak           look for leaks after COMMAND (debug kernel); without\n"
	"                       it nothing is kept track of, and the kernel boots\n"
	"                       in half of the time\n"
	"  --observe-file PATH  put the provider's memory there while it runs\n"
	"  --keep-bar FILE      copy it to FILE in the end\n"
	"  --quiet              do not say what is started\n"
	"\n"
	"BARRAGE_ACCEL=kvm|tcg and BARRAGE_QEMU=PROGRAM overrule the choice of\n"
	"accelerator and QEMU; BARRAGE_TOPOLOGIES=DIR has topologies by name.\n";

static int run(int argc, char **argv)
{
	struct vm_options options;
	int status = VM_EXIT_HARNESS;

	if (!vm_options_parse(argc, argv, &options))
		status = vm_run(&options);
	vm_options_free(&options);
	return status;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "run") || !strcmp(verb, "shell"))
		return run(argc - 1, argv + 1);
	if (!strcmp(verb, "topologies"))
		return vm_topology_list() ? VM_EXIT_HARNESS : 0;
	if (!strcmp(verb, "observe"))
		return vm_observe(argc - 1, argv + 1);
	if (!strcmp(verb, "help") || !strcmp(verb, "--help")) {
		fputs(usage, stdout);
		return 0;
	}
	vm_say("%s%s%s: choose one of: run, shell, topologies, observe, help",
	       *verb ? "'" : "", *verb ? verb : "no verb", *verb ? "'" : "");
	return VM_EXIT_HARNESS;
}
