# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # log is kernel/check's
# The whole series in other configurations: compiled, and where the machine can
# boot it, tested. Sourced by kernel/check.

# tests_of KERNEL OPTION: the tests that a kernel can pass, in the machine.
tests_of() {
	local programs=${BUILD:-$kernel_dir/../build} status=0 verdict name
	local flavour_log=$scratch/flavour/log
	for name in vm/barrage-vm tests/guest/guest-tests; do
		[[ -x $programs/$name ]] ||
			die "there is no $programs/$name: make build"
	done
	programs=$(realpath "$programs")
	boot_for_check "$programs/vm/barrage-vm" "$1" "$scratch/flavour" 600 \
		"$programs/tests/guest/guest-tests" "$2" || status=$?
	while IFS=$'\t' read -r verdict name; do
		verdict "$flavour: $name" "$verdict"
	done < <(sed -nE -e 's/^ok [0-9]+ - /0\t/p' \
		-e 's/^not ok [0-9]+ - /1\t/p' "$flavour_log")
	grep -q '^ok ' "$flavour_log" || status=99
	verdict "$flavour: the machine ran, its kernel log is silent" "$status" \
		"$flavour_log"
}

part_flavours() {
	local flavour status
	for flavour in no-zone-device i386; do
		status=0
		"$kernel_dir/build" "$flavour" 2> >(tee "$log" >&2) \
			> "$scratch/kernel" || status=$?
		verdict "compiles and links: $flavour" "$status" "$log"
		[[ $status == 0 && $flavour == no-zone-device ]] || continue
		tests_of "$(tail -n 1 "$scratch/kernel")" --without-pages
	done
}
