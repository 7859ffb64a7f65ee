# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # shared with check-builds.sh
# A clean result is worth what the tools behind it are: sparse 0.6.4 says
# nothing at all, and succeeds, where it does not know a builtin that the
# kernel's headers use. So each run begins with a file of defects, compiled as
# the series is. Sourced by check-builds.sh.

# plant FOLDER: a module with one defect for each tool. The headers are those
# that the series is about.
plant() {
	mkdir -p "$1"
	echo 'obj-m := planted.o' > "$1/Kbuild"
	cat > "$1/planted.c" <<-'C'
		// SPDX-License-Identifier: GPL-2.0-only
		#include <linux/module.h>
		#include <linux/pci-p2pdma.h>
		#include <linux/vfio_pci_core.h>

		int planted_access(int __user *pointer);
		int planted_doc(int argument);

		int planted_access(int __user *pointer)
		{
			return *pointer;
		}

		/**
		 * planted_doc - document what is not there
		 * @missing: no argument
		 *
		 * Return: the argument
		 */
		int planted_doc(int argument)
		{
			if (argument)
				;
			return argument;
		}
	C
}

# prove_inspection: die unless all tools find what was planted for them. kbuild
# runs kernel-doc with W=1, but not for a module outside of its tree.
prove_inspection() {
	local folder=$scratch/planted found patches=()
	[[ -z $proved ]] || return 0
	say "do sparse and the others see what they should?"
	sync_tree "$pristine"
	configure
	run_make modules_prepare
	plant "$folder"
	: > "$log"
	in_group with_progress M="$folder" W=1 C=2 CHECK="$(checker)" planted.o ||
		failed $?
	python3 "$tree/tools/docs/kernel-doc" -none "$folder/planted.c" \
		>> "$log" 2>&1 || true
	found=$(diagnostics)
	finds sparse 'dereference of noderef expression'
	finds 'gcc with W=1' 'suggest braces around empty body'
	finds kernel-doc "kernel-doc: Excess function parameter 'missing'"
	proved=yes
}

# finds TOOL PATTERN
finds() {
	grep -q "planted\.c: .*$2" <<< "$found" ||
		die "$1 does not find a planted defect ($2), so that it finds" \
			"none in the series says nothing: $log"
}
