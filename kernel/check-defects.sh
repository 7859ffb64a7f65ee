# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # kept, log and so on are kernel/check's
# The defects of the base that the series mends: the test of each must fail on
# the base's debug kernel, by what tests/guest/defects.expected names, and pass
# on that of the series. Sourced by kernel/check.

# To be raised when the same run is judged in another way.
defects_format=2
defects_expected=$kernel_dir/../tests/guest/defects.expected

# One test needs a minute, or does not end: then the machine is stopped.
one_defect_s=300
all_defects_s=1500

# Groups of guest-tests, and with how many processors. Where BARs come and go all
# the time, QEMU loses writes with two, see docs/emulation.md.
defect_groups=(--defects --lost-bars)
declare -A defect_cpus=([--defects]=2 [--lost-bars]=1)

# expected_of TEST: how it ends on the base.
expected_of() {
	awk -F '\t' -v name="$1" '$1 == name { print $2; exit }' \
		"$defects_expected"
}

# defects_run KERNEL SECONDS GROUP NAME...: in a machine of its own; $run is where
# it all is.
defects_run() {
	local kernel=$1 seconds=$2 key status=0
	local boot_options=(--cpus "${defect_cpus[$3]}")
	shift 2
	key=$( {
		printf '%s\n' "$defects_format" "$(basename "$kernel")" "$*"
		sha256 "$program"
	} | sha256 | cut -c -16)
	run=$results/run-$key
	[[ ! -f $run/status ]] || return 0
	boot_for_check "$vm" "$kernel" "$run" "$seconds" \
		"$program" "$@" || status=$?
	((status != 99)) || die "the tests could not be run: $run/log"
	echo "$status" > "$run/status.part"
	mv "$run/status.part" "$run/status"
}

# passed_in TEST: did it, in $run?
passed_in() { grep -qE "^ok [0-9]+ - $1\$" "$run/log"; }

# fails_in_base GROUP TEST: 0 where it ends as is documented.
fails_in_base() {
	local group=$1 name=$2 expected
	expected=$(expected_of "$name")
	: > "$log"
	if [[ -z $expected ]]; then
		echo "no line in tests/guest/defects.expected" > "$log"
		return 1
	fi
	say "$name on the base"
	defects_run "$base_kernel" "$one_defect_s" "$group" "$name"
	if [[ $(< "$run/status") == 0 ]] || passed_in "$name"; then
		echo "it passes there: $run/log" > "$log"
		return 1
	fi
	grep -qhE -- "$expected" "$run/log" "$run/dmesg" && return
	echo "nothing there matches: $expected: $run/log" > "$log"
	return 1
}

# defects_of GROUP: each in a machine with the base, all of them in one with the
# series.
defects_of() {
	local group=$1 name names status
	mapfile -t names < <("$program" "$group" --list)
	for name in "${names[@]}"; do
		status=0
		fails_in_base "$group" "$name" || status=1
		verdict "$name: fails in the base: $(expected_of "$name")" \
			"$status" "$log"
	done
	say "all of $group on the series"
	defects_run "$series_kernel" "$all_defects_s" "$group"
	for name in "${names[@]}"; do
		status=0
		passed_in "$name" || status=1
		verdict "$name: passes in the series" "$status" "$run/log"
	done
	verdict "the series' kernel is silent: $group" "$(< "$run/status")" \
		"$run/log"
	all_names+=("${names[@]}")
}

part_defects() {
	local results=$kept/defects base_kernel series_kernel run name group
	local bin=${BUILD:-$kernel_dir/../build} vm program all_names=()
	vm=$bin/vm/barrage-vm
	program=$(realpath "$bin/tests/guest/guest-tests")
	[[ -x $vm && -x $program ]] || die "there is no $vm: make build"
	mkdir -p "$results"
	lock "$results/lock" "the tests of defects"
	base_kernel=$(SERIES=none "$kernel_dir/build" debug | tail -n 1)
	series_kernel=$("$kernel_dir/build" debug | tail -n 1)
	for group in "${defect_groups[@]}"; do
		defects_of "$group"
	done
	: > "$log"
	while IFS=$'\t' read -r name _; do
		[[ $name == '#'* || " ${all_names[*]} " == *" $name "* ]] ||
			echo "$name" >> "$log"
	done < "$defects_expected"
	verdict "defects.expected names no test that is not there" \
		"$([[ ! -s $log ]]; echo $?)" "$log"
}
