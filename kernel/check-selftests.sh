# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with the other parts of kernel/check
# The kernel's own tests of vfio, iommufd and dma-buf heaps: in the debug kernel
# of the series they must give what they give in that of the base, test by test.
# Those that the series adds must pass there, and fail nowhere. Sourced by
# kernel/check.

selftests_format=1
selftest_dir=$kernel_dir/selftests
selftest_folders=(dmabuf-heaps iommu vfio)

# Devices for the tests of vfio: an NVMe disk has MSI-X and FLR, pmr a large BAR
# as well, edu MSI. The provider's second BAR is memory, its first is smaller
# than a page, which the base's library cannot map.
old_roles=(disk pmr edu)
new_roles=(provider pmr edu)

# make_selftests TREE HEADERS OUT FOLDER...
make_selftests() {
	local tree=$1 headers=$2 out=$3 folder
	for folder in "${@:4}"; do
		mkdir -p "$out/$folder"
		make -s -j "${JOBS:-$(nproc)}" \
			-C "$tree/tools/testing/selftests/$folder" \
			OUTPUT="$out/$folder" CC="$cc" \
			KHDR_INCLUDES="-I$selftest_dir/include -isystem $headers" \
			>> "$log" 2>&1 ||
			die "the kernel's tests of $folder do not compile: $log"
		# Programs only.
		rm -rf "$out/$folder"/libvfio "$out/$folder"/*.[od]
	done
}

# programs_key: what decides about the programs.
programs_key() {
	{
		printf '%s\n' "$selftests_format" "$(source_id "$source")"
		gcc --version | head -n 1
		cat "$selftest_dir"/include/*
		((!${#patches[@]})) || cat "${patches[@]}"
	} | sha256 | cut -c -16
}

# old_programs, new_programs: make them, set $old and $new to where they are.
old_programs() {
	local patches=()
	old=$results/programs-$(programs_key)
	[[ ! -d $old ]] || return 0
	say "the base's tests"
	rm -rf "$old.part"
	make_selftests "$pristine" "$base_kernel/include" "$old.part" \
		"${selftest_folders[@]}"
	mv "$old.part" "$old"
}

new_programs() {
	local file
	new=$results/programs-$(programs_key)
	[[ ! -d $new ]] || return 0
	say "the series' tests"
	rm -rf "$new.part"
	sync_tree "$pristine"
	make_selftests "$tree" "$series_kernel/include" "$new.part" vfio
	for file in "$old"/vfio/*; do
		[[ ! -f $file ]] || rm -f "$new.part/vfio/${file##*/}"
	done
	mv "$new.part" "$new"
}

# selftest_run KERNEL PROGRAMS ROLE...: in the machine; $run is where it all is.
selftest_run() {
	local kernel=$1 programs=$2 key status=0
	shift 2
	key=$( {
		basename "$kernel"
		basename "$programs"
		printf '%s\n' "$*"
		cat "$selftest_dir/guest"
	} | sha256 | cut -c -16)
	run=$results/run-$key
	[[ ! -f $run/table ]] || return 0
	boot_for_check "$vm" "$kernel" "$run" 5400 \
		"$selftest_dir/guest" "$programs" "$@" || status=$?
	((status < 2)) || die "the kernel's tests could not be run (status" \
		"$status): $run/log"
	tabulate "$status" > "$run/table.part"
	mv "$run/table.part" "$run/table"
}

# tabulate STATUS: "program, test<tab>result" of all tests of the run.
tabulate() {
	local file
	for file in "$run"/*.tap; do
		awk -v program="$(basename "$file" .tap)" '
		/^(not )?ok [0-9]+ / {
			result = /^not/ ? "fails" : "passes"
			sub(/^(not )?ok /, "")
			if (sub(/ *# *(SKIP|skip).*/, ""))
				result = "skips"
			sub(/ - /, " ")
			print program ", " $0 "\t" result
		}
		/^# exit status / { print program ", exit status\t" $4 }' "$file"
	done | LC_ALL=C sort
	if (($1)); then
		printf 'kernel log\tspeaks, see %s\n' "$run/log"
	else
		printf 'kernel log\tis silent\n'
	fi
}

# compare_old BASE SERIES: the same, or better.
compare_old() {
	local name before after
	while IFS=$'\t' read -r name before after; do
		if [[ $before == "$after" ]]; then
			verdict "$name: $after" 0
		elif [[ $before == fails && $after == passes ]]; then
			verdict "$name: passes, fails in the base" 0
		else
			verdict "$name: $after, in the base: $before" 1
		fi
	done < <(LC_ALL=C join -t $'\t' -a 1 -a 2 -e 'not there' -o 0,1.2,2.2 \
		"$1" "$2")
}

# compare_new BASE SERIES: no failure anywhere, and each passes on some device
# with the series.
compare_new() {
	local name before after
	while IFS=$'\t' read -r name before after; do
		[[ $name != *', exit status' ]] || continue
		if [[ $before == fails || $before == speaks* ||
			$after == fails || $after == speaks* ]]; then
			verdict "$name: $after, in the base: $before" 1
		else
			verdict "$name: $after, in the base: $before" 0
		fi
	done < <(LC_ALL=C join -t $'\t' -a 1 -a 2 -e 'not there' -o 0,1.2,2.2 \
		"$1" "$2")
	awk -F '\t' '!/exit status|^kernel log/ {
		name = $1
		sub(/\.[a-z]+, [0-9]+ /, ", ", name)
		passes[name] += $2 == "passes"
	} END { for (name in passes) print passes[name] "\t" name }' "$2" |
		LC_ALL=C sort -k 2 > "$scratch/passes"
	while IFS=$'\t' read -r before name; do
		verdict "$name: passes on $before of ${#new_roles[@]} devices" \
			$((before == 0))
	done < "$scratch/passes"
}

part_selftests() {
	local results=$kept/selftests base_kernel series_kernel old new run base_run
	local log=$kept/selftests/build.log work=$cache/build/selftests
	local tree=$work/src objects=$work/obj
	local vm=${BUILD:-$kernel_dir/../build}/vm/barrage-vm
	export EXTRA_CONFIG=$kernel_dir/configs/selftest.config
	need_build_tools debug
	need_tools /usr/include/uuid/uuid.h:uuid-dev \
		/usr/include/sys/capability.h:libcap-dev
	[[ -x $vm ]] || die "there is no $vm: make build"
	mkdir -p "$results" "$objects"
	lock "$results/lock" "the kernel's own tests"
	: > "$log"
	base_kernel=$(SERIES=none "$kernel_dir/build" debug | tail -n 1)
	series_kernel=$("$kernel_dir/build" debug | tail -n 1)
	unset EXTRA_CONFIG
	old_programs
	new_programs
	say "the base's tests on the base (8 minutes where nothing is known)"
	selftest_run "$base_kernel" "$old" "${old_roles[@]}"
	base_run=$run
	say "the base's tests on the series (8 minutes where nothing is known)"
	selftest_run "$series_kernel" "$old" "${old_roles[@]}"
	compare_old "$base_run/table" "$run/table"
	compgen -G "$new/vfio/*" > /dev/null || return 0
	say "the series' tests on both"
	selftest_run "$base_kernel" "$new" "${new_roles[@]}"
	base_run=$run
	selftest_run "$series_kernel" "$new" "${new_roles[@]}"
	compare_new "$base_run/table" "$run/table"
}
