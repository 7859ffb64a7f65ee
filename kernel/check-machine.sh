# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# How the parts of kernel/check boot a kernel. Sourced by kernel/check.

# boot_for_check VM KERNEL OUT SECONDS COMMAND...: run the command in the machine;
# what it and the machine leave is in OUT, what they say in OUT/log. 99 is no
# result: the machine itself failed. A second time counts. boot_options, an array
# of who calls it, goes to the machine.
boot_for_check() {
	local vm=$1 kernel=$2 out=$3 seconds=$4 status try
	for try in 1 2; do
		((try == 1)) || say "the machine failed: once more"
		status=0
		rm -rf "$out"
		mkdir -p "$out"
		"$vm" run --topology bridge --kernel "$kernel" --out "$out" \
			--timeout "$seconds" --env CMOCKA_MESSAGE_OUTPUT=TAP \
			"${boot_options[@]}" -- "${@:5}" > "$out/log" 2>&1 < /dev/null || status=$?
		((status == 99)) || break
	done
	return "$status"
}
