# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # patches, pristine and so on are kernel/check's
# The patches as files: git, bytes, style. Only the files that the series
# touches are looked at, so this takes seconds. Sourced by kernel/check.
#
# The demonstrations in kernel/demos must apply on top, as must those for tests
# only and, on top of both, the planted bugs of kernel/mutants.

# Whatever the user's git is set to: the same patches give the same bytes.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_COMMITTER_NAME=check GIT_COMMITTER_EMAIL=check@localhost

# Files that come or go below a folder which MAINTAINERS lists as a whole need
# no change there, and there is no Python module for the SPDX check to ask for.
checkpatch_ignore=FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID

# make_repository DIR TREE: git over TREE's version of the touched files.
make_repository() {
	local file
	git init -q "$1"
	# says how to name the function that a hunk is in
	cp -p "$2/.gitattributes" "$1/"
	while IFS= read -r file; do
		there "$2/$file" || continue
		mkdir -p "$1/$(dirname "$file")"
		cp -p "$2/$file" "$1/$file"
	done < <(touched_files)
	git -C "$1" config user.name check
	git -C "$1" config user.email check@localhost
	git -C "$1" add -A -f
	git -C "$1" commit -q --allow-empty -m base
	git -C "$1" tag base
}

# What patches for tests only may touch: rxe, and what lends it a device for DMA.
test_only_files='drivers/infiniband/sw/rxe/[^/]*'
test_only_files+='|drivers/infiniband/core/umem_dmabuf\.c'
test_only_files+='|include/rdma/ib_umem\.h'

# whole_repository: with the files as well that only what comes on top touches
whole_repository() {
	local patches=("${patches[@]}" "${test_only[@]}" "${mutants[@]}") demo
	for demo in "${demos[@]}"; do
		patches+=("$demo"/*.patch)
	done
	make_repository "$repository" "$pristine"
}

check_am() {
	local patch status
	for patch in "${patches[@]}"; do
		status=0
		git -C "$repository" am -q --keep-non-patch "$patch" \
			> "$log" 2>&1 || status=$?
		verdict "applies: ${patch##*/}" "$status" "$log"
		((status == 0)) || return 0
	done
}

# check_bytes COMMIT: those after it
check_bytes() {
	local patch status
	mkdir -p "$scratch/out"
	git -C "$repository" format-patch -q -o "$scratch/out" --zero-commit \
		--no-signature --no-numbered --full-index --no-stat "$1..HEAD"
	for patch in "${patches[@]}"; do
		status=0
		diff -u "$patch" "$scratch/out/${patch##*/}" > "$log" 2>&1 ||
			status=$?
		verdict "comes out as it went in: ${patch##*/}" "$status" "$log"
	done
}

check_style() {
	local patch status
	for patch in "${patches[@]}"; do
		status=0
		(cd "$pristine" && perl scripts/checkpatch.pl --strict --quiet \
			--no-summary --show-types --color=never \
			--ignore "$checkpatch_ignore" "$patch") \
			> "$log" 2> "$scratch/stderr" || status=$?
		verdict "checkpatch --strict: ${patch##*/}" "$status" "$log"
	done
}

# check_modules: the drivers for tests are kernel code as well.
check_modules() {
	local file status
	for file in "$kernel_dir"/modules/*.[ch]; do
		status=0
		(cd "$pristine" && perl scripts/checkpatch.pl --strict --quiet \
			--no-summary --show-types --color=never --file "$file") \
			> "$log" 2> "$scratch/stderr" || status=$?
		verdict "checkpatch --strict: ${file#"$kernel_dir/"}" "$status" "$log"
	done
}

# check_demos: they come on top of the series, each without the others. Nobody
# would notice before one is run that the series has moved away from under it.
check_demos() {
	local demo status tip
	tip=$(git -C "$repository" rev-parse HEAD)
	for demo in "${demos[@]}"; do
		status=0
		git -C "$repository" am -q --keep-non-patch "$demo"/*.patch \
			> "$log" 2>&1 || status=$?
		((!status)) || git -C "$repository" am -q --abort
		git -C "$repository" reset -q --hard "$tip"
		verdict "applies on top: ${demo#"$kernel_dir/"}" "$status" "$log"
	done
}

# check_test_only: the same as of the series, and that they keep to themselves.
check_test_only() {
	local patches=("${test_only[@]}") patch files status tip
	tip=$(git -C "$repository" rev-parse HEAD)
	check_am
	check_bytes "$tip"
	check_style
	for patch in "${patches[@]}"; do
		status=0
		files=$(patches=("$patch"); touched_files) || status=1
		grep -vxE "$test_only_files" <<< "$files" > "$log" && status=1
		[[ -n $files ]] || echo "it names no file" > "$log"
		verdict "touches rxe, and next to nothing else: ${patch##*/}" \
			"$status" "$log"
	done
}

# check_mutants: the same of the planted bugs, and that each says what it is.
check_mutants() {
	local patches=("${mutants[@]}") patch status tip
	tip=$(git -C "$repository" rev-parse HEAD)
	check_am
	check_bytes "$tip"
	check_style
	for patch in "${patches[@]:1}"; do
		status=0
		mutant_says "$patch" > "$log" || status=1
		verdict "plants what it says: ${patch##*/}" "$status" "$log"
	done
	status=0
	mutants_readme | diff -u "$kernel_dir/mutants/README.md" - > "$log" ||
		status=1
	verdict "the table of the planted bugs is what they say" "$status" "$log"
}

part_patches() {
	local demos=("$kernel_dir"/demos/*/)
	demos=("${demos[@]%/}")
	repository=$scratch/repository
	whole_repository
	check_am
	check_bytes base
	check_style
	check_modules
	check_demos
	check_test_only
	check_mutants
}
