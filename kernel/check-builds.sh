# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with kernel/check and kernel/build's parts
# Each commit of the series, compiled and linked as perf is; then what it touches
# once more with W=1 and sparse. Sourced by kernel/check.
#
# This goes on in the trees of the flavour perf, so that a commit costs what it
# changes. Warnings are compared with those that the base has in the same files;
# line numbers do not count. Drivers that perf does not have are compiled too,
# but only the files that the series touches: see variants.
. "$kernel_dir/config.sh"
. "$kernel_dir/make.sh"
. "$kernel_dir/check-planted.sh"

# To be raised when the same input is judged in another way.
builds_format=4

# changes PATCH...: what they do to files that are compiled, without what they say.
changes() {
	awk 'FNR == 1 { on = 0 }
		/^diff --git / { on = $3 !~ /^a\/(Documentation|tools)\/|^a\/MAINTAINERS$/ }
		on' "$@"
}

# commit_key N: what decides about the objects after the first N patches.
commit_key() {
	{
		printf '%s\n' "$builds_format" "$requested" "$variants_requested" \
			"$(source_id "$source")"
		gcc --version | head -n 1
		ld --version | head -n 1
		sparse --version
		((!$1)) || changes "${patches[@]:0:$1}"
	} | sha256 | cut -c -32
}

# build_at N: the sources after the first N patches, compiled and linked.
build_at() {
	local status=0 all_patches=("${patches[@]}")
	local patches=("${all_patches[@]:0:$1}")
	sync_tree "$pristine"
	configure
	: > "$log"
	in_group with_progress vmlinux modules || status=$?
	((status <= 128)) || failed "$status"
	return "$status"
}

# compiled: of file names on stdin the sources of which there is an object.
compiled() {
	local file
	while IFS= read -r file; do
		[[ $file == *.c && -f $objects/${file%.c}.o ]] &&
			printf '%s\n' "$file"
	done
	return 0
}

# touched_by N: the sources of the series that patch N changes, or that include
# a header which it changes.
touched_by() {
	local file headers
	local all_patches=("${patches[@]}")
	local patches=("${all_patches[$1 - 1]}")
	headers=$(touched_files | grep '\.h$' || true)
	touched_files | compiled
	[[ -n $headers ]] || return 0
	patches=("${all_patches[@]}")
	touched_files | compiled | while IFS= read -r file; do
		! grep -qF "$headers" \
			"$objects/$(dirname "$file")/.$(basename "$file" .c).o.cmd" ||
			printf '%s\n' "$file"
	done
}

# checker: sparse, with what version 0.6.4 does not know and the kernel wants.
checker() {
	local says
	says=$(sparse - <<< 'extern __typeof_unqual__(1) known;' 2>&1 || true)
	if [[ $says == *error* ]]; then
		echo 'sparse -D__typeof_unqual__=__typeof__'
	else
		echo sparse
	fi
}

# inspect: compile the sources of stdin again, with all warnings and sparse.
# What make says is in the log.
inspect() {
	local names=() status=0
	mapfile -t names < <(sed 's/\.c$/.o/' | LC_ALL=C sort -u)
	: > "$log"
	((${#names[@]})) || return 0
	in_group with_progress W=1 C=2 CHECK="$(checker)" "${names[@]}" || status=$?
	((status <= 128)) || failed "$status"
	((status)) || grep -q '^  CHECK ' "$log" || die "sparse did not run: $log"
	return "$status"
}

# diagnostics: those of the log, without the place of the tree and line numbers.
# The second form is kernel-doc's.
diagnostics() {
	sed -nE -e "s|$tree/||g" \
		-e 's/^([^ :]+):[0-9]+(:[0-9]+)?: (warning|error): (.*)/\1: \4/p' \
		-e 's/^[Ww]arning: ([^ :]+):[0-9]+:? (.*)/\1: kernel-doc: \2/p' \
		-e '/: warning: objtool:/s/\+0x[0-9a-f]+//gp' \
		-e '/^(WARNING|ERROR): modpost:/p' "$log" | LC_ALL=C sort -u
}

# warnings: those in files of the series, and of what looks at all files.
warnings() {
	touched_files > "$scratch/touched"
	diagnostics |
		awk -F ': ' 'NR == FNR { touched[$1] = 1; next }
			$1 in touched || /objtool:|modpost:/' "$scratch/touched" -
}

# elsewhere: of the sources on stdin those that perf does not compile.
elsewhere() {
	local file
	while IFS= read -r file; do
		[[ $file != *.c || $file == tools/* || $file == samples/* ||
			! -f $tree/$file || -f $objects/${file%.c}.o ]] ||
			printf '%s\n' "$file"
	done
}

# elsewhere_by N: those that patch N changes; all of the series, where it changes
# a header.
elsewhere_by() {
	local all_patches=("${patches[@]}")
	local patches=("${all_patches[$1 - 1]}")
	[[ -z $(touched_files | grep '^include/.*\.h$') ]] ||
		patches=("${all_patches[@]}")
	touched_files | elsewhere
}

# variants: compile the sources of stdin in a configuration that has them, with
# W=1 and sparse; nothing else of it, and nothing is linked.
variants() {
	local flavour=variants requested=$variants_requested
	local objects=$work/variants files
	files=$(cat)
	[[ -n $files ]] || return 0
	mkdir -p "$objects"
	configure
	inspect <<< "$files"
}

# base_warnings: those of the files of the series as they are in the base.
base_warnings() {
	known=$results/base-$( (commit_key 0; touched_files) | sha256 | cut -c -16)
	[[ ! -f $known ]] || return 0
	say "the base's own warnings"
	build_at 0 || failed $?
	warnings > "$known.new"
	touched_files | compiled | inspect || failed $?
	warnings >> "$known.new"
	touched_files | elsewhere | variants || failed $?
	warnings >> "$known.new"
	LC_ALL=C sort -u "$known.new" > "$known.part"
	mv "$known.part" "$known"
	rm -f "$known.new"
}

# first_error: what make's log says about the first one.
first_error() {
	grep -E -B 2 -A 12 -m 1 'error:|Error [0-9]+$|\*\*\*' "$log" ||
		tail -n 30 "$log"
}

# inspected N: build commit N, look at what it touches; the warnings of all that
# go to $scratch/warnings.
inspected() {
	build_at "$1" || return 1
	warnings > "$scratch/warnings"
	touched_by "$1" | inspect || return 1
	warnings >> "$scratch/warnings"
	elsewhere_by "$1" | variants || return 1
	warnings >> "$scratch/warnings"
}

# judge RESULT N: build commit N, keep what was found.
judge() {
	local result=$1 status=0 known
	prove_inspection
	base_warnings
	if ! inspected "$2"; then
		status=1
		first_error > "$result.new"
	else
		LC_ALL=C sort -u "$scratch/warnings" |
			LC_ALL=C comm -23 - "$known" > "$result.new"
		[[ ! -s $result.new ]] || status=1
	fi
	{
		echo "$status"
		cat "$result.new"
	} > "$result.part"
	rm -f "$result.new"
	mv "$result.part" "$result"
}

part_builds() {
	local n name result results=$kept/builds fd
	local flavour=perf arch=x86_64 work=$cache/build/perf steps=''
	local requested variants_requested proved=
	local tree=$work/src objects=$work/obj log=$work/build.log
	local patches=("${patches[@]}" "${test_only[@]}")
	need_build_tools perf
	need_tools sparse
	requested=$(request)
	variants_requested=$(flavour=variants request)
	mkdir -p "$objects" "$results"
	exec {fd}> "$work/lock"
	for n in $(seq ${#patches[@]}); do
		name=${patches[n - 1]##*/}
		if [[ -z $(changes "${patches[n - 1]}" | head -n 1) ]]; then
			verdict "changes nothing that is compiled: $name" 0
			continue
		fi
		result=$results/$(commit_key "$n")
		if [[ ! -f $result ]]; then
			say "commit $n of ${#patches[@]}: $name"
			lock_fd "$fd" "building the flavour perf"
			judge "$result" "$n"
			# Others may want the trees in between.
			flock -u "$fd"
		fi
		sed 1d "$result" > "$scratch/found"
		verdict "builds, W=1 and sparse find nothing new: $name" \
			"$(head -n 1 "$result")" "$scratch/found"
	done
	not_compiled > "$scratch/left"
	remark "$scratch/left"
}

# Sources of which these configurations say nothing.
not_compiled() {
	local file
	touched_files | elsewhere | while IFS= read -r file; do
		[[ -f $work/variants/${file%.c}.o ]] ||
			printf 'not compiled here: %s\n' "$file"
	done
}
