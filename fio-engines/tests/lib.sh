# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests of the engine, sourced by bash. FIO, ENGINE and JOBS are set by
# the caller. Results are TAP on stdout.

nr_tests=0
nr_failed=0
scratch=$(mktemp -d)
out=$scratch/out
trap 'rm -rf "$scratch"' EXIT

# fio with the engine; its output goes to $out, its status to $status
engine() {
	status=0
	LD_PRELOAD=${BARRAGE_PRELOAD:-} timeout "${FIO_TIMEOUT:-60}" \
		"${PROGRAM:-$FIO}" --ioengine="external:$ENGINE" "$@" \
		>"$out" 2>&1 || status=$?
}

# the same for a job file
job_file() {
	status=0
	LD_PRELOAD=${BARRAGE_PRELOAD:-} timeout "${FIO_TIMEOUT:-60}" \
		"$FIO" "$@" >"$out" 2>&1 || status=$?
}

result() {
	nr_tests=$((nr_tests + 1))
	if [ "$1" = ok ]; then
		echo "ok $nr_tests - $2"
		return
	fi
	nr_failed=$((nr_failed + 1))
	echo "not ok $nr_tests - $2"
	echo "# $3, status $status:"
	grep -E 'barrage|fio:|valid values|Option|Run status' "$out" |
		head -n 20 | sed 's/^/#   /'
}

skip() {
	nr_tests=$((nr_tests + 1))
	echo "ok $nr_tests - $1 # SKIP $2"
}

# has TEXT...: one line of $out with all of them. Without a process: each one
# costs half a second in the emulated debug kernel.
has() {
	local line text

	while IFS= read -r line; do
		for text; do
			[[ $line == *"$text"* ]] || continue 2
		done
		return 0
	done <"$out"
	return 1
}

# passes NAME [TEXT...]: exit status 0 and each text in the output
passes() {
	local name=$1 text

	shift
	if [ "$status" != 0 ]; then
		result fail "$name" "should have passed"
		return
	fi
	for text; do
		has "$text" && continue
		result fail "$name" "no '$text'"
		return
	done
	result ok "$name"
}

# refused NAME TEXT...: another status, one line with each text; no crash
refused() {
	local name=$1

	shift
	if [ "$status" = 0 ] || [ "$status" -ge 124 ]; then
		result fail "$name" "should have been refused"
	elif ! has "$@"; then
		result fail "$name" "no one line with '$*'"
	else
		result ok "$name"
	fi
}

finish() {
	echo "1..$nr_tests"
	[ "$nr_failed" = 0 ]
}
