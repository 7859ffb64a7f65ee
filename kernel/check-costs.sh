# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # kept, log and scratch are kernel/check's
# What existed before the series must cost what it did, in guest instructions:
# see bench/costs. Sourced by kernel/check.

# costs_key FOLDER: what decides about the figures.
costs_key() {
	{
		basename "$base_kernel" "$series_kernel"
		cat "$kernel_dir/../bench/costs" "$1/bench/barrage-bench" \
			"$1/vm/barrage-vm"
		printf '%s\n' "${LIMIT:-}" "${PAIRS:-}" "${ROUNDS:-}" \
			"${TOPOLOGY:-}"
	} | sha256 | cut -c -16
}

# measure FOLDER RESULT: keep the verdicts, then the table.
measure() {
	local status=0 run=check-$$-$(date -u +%Y%m%d-%H%M%S)
	local runs=$kernel_dir/../results/runs
	# Where it ends with 1 without figures, a measurement failed.
	BASE_KERNEL=$base_kernel KERNEL=$series_kernel RUN=$run \
		"$kernel_dir/../bench/costs" "$1" > "$log" || status=$?
	[[ $status -lt 2 && -f $runs/$run/costs.json ]] ||
		die "the costs could not be measured (status $status)"
	python3 - "$runs/$run/costs.json" > "$2.part" <<-'PY'
		import json, sys
		found = json.load(open(sys.argv[1]))
		for row in found["rows"]:
		    operation = row["name"].removeprefix("cost-")
		    good = row["verdict"] in ("ok", "shown")
		    limit = ("no limit promised" if row["verdict"] == "shown" else
		             f'limit {1 + found["limit_percent"] / 100:g}')
		    ratio = row.get("ratio")
		    print(0 if good else 1, f'{operation}, {row["metric"]}: ' + (
		        f'{ratio:.4f} of the base, {limit}' if ratio else
		        row["verdict"]), sep="\t")
	PY
	sed 's/^/remark\t/' "$log" >> "$2.part"
	mv "$2.part" "$2"
}

part_costs() {
	local base_kernel series_kernel result build status name
	build=${BUILD:-$kernel_dir/../build}
	[[ -x $build/bench/barrage-bench ]] ||
		die "there is no $build/bench/barrage-bench: make build"
	base_kernel=$(SERIES=none "$kernel_dir/build" perf | tail -n 1)
	series_kernel=$("$kernel_dir/build" perf | tail -n 1)
	mkdir -p "$kept/costs"
	result=$kept/costs/$(costs_key "$build")
	[[ -f $result ]] || measure "$build" "$result"
	while IFS=$'\t' read -r status name; do
		[[ $status == remark ]] || verdict "costs: $name" "$status"
	done < "$result"
	sed -n 's/^remark\t//p' "$result" > "$log"
	remark "$log"
}
