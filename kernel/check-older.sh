# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # patches, scratch and so on are kernel/check's
# The series on the release before. Sourced by kernel/check.
#
# kernel/older has the little of 7.3 that the series stands on and 7.2 does not
# have, as patches for 7.2; they come first. Each must be needed: one that does
# not apply any more, or without which the series applies as well, fails.

older_base=$kernel_dir/base-7.2

# older_tree: the folder with its source, fetched where it is not there.
older_tree() {
	export KERNEL_BASE=$older_base KERNEL_SRC=${KERNEL_SRC_OLDER:-}
	base_file=$older_base
	unpacked "$("$kernel_dir/fetch" | tail -n 1)"
}

# how_older PATCH: how it applies, as words; 1 where it does not. Context that
# differs is what patch(1) takes by default; more of it is a merge with what the
# patch was written for.
how_older() {
	local way
	: > "$log"
	for way in "" "-C1" "-3"; do
		# shellcheck disable=SC2086 # nothing, or one option
		if git -C "$repository" am -q $way --keep-non-patch "$1" \
			> "$scratch/am" 2>&1; then
			case $way in
			'') echo "as it is" ;;
			-C1) echo "with other lines around it" ;;
			-3) echo "by a three-way merge" ;;
			esac
			return
		fi
		[[ -n $way ]] || grep '^error:' "$scratch/am" >> "$log" || true
		git -C "$repository" diff --diff-filter=U | head -n 60 >> "$log"
		git -C "$repository" am -q --abort
	done
	return 1
}

# older_repository: 7.2's version of all files, and what the prerequisites add.
older_repository() {
	local ours=("${patches[@]}") patch status
	local patches=("${ours[@]}" "${prerequisites[@]}")
	make_repository "$repository" "$tree"
	for patch in "${prerequisites[@]}"; do
		status=0
		git -C "$repository" am -q --keep-non-patch "$patch" \
			> "$log" 2>&1 || status=$?
		verdict "$(tree_version "$tree") wants, and takes: ${patch##*/}" \
			"$status" "$log"
		((!status)) || git -C "$repository" am -q --abort
	done
}

# A patch that does not apply leaves its files as they are after it in the
# release it was written for, so that those after it can be judged too.
part_older() {
	local tree repository=$scratch/older patch status how
	local prerequisites=("$kernel_dir"/older/*.patch)
	tree=$(older_tree)
	older_repository
	# The blobs that the patches name, for the merge.
	make_repository "$scratch/newer" "$pristine"
	git -C "$repository" fetch -q "$scratch/newer" base
	for patch in "${patches[@]}"; do
		git -C "$scratch/newer" am -q --keep-non-patch "$patch" ||
			die "${patch##*/} does not apply to the base: see patches"
		git -C "$repository" fetch -q "$scratch/newer" HEAD
		status=0
		how=$(how_older "$patch") || status=$?
		verdict "applies to $(tree_version "$tree")${how:+, $how}: ${patch##*/}" \
			"$status" "$log"
		((!status)) || take_over "$patch"
	done
	check_needed
}

# check_needed: no prerequisite that the series does without.
check_needed() {
	local without others status
	for without in "${prerequisites[@]}"; do
		git -C "$repository" checkout -q base
		status=1
		for others in "${prerequisites[@]}" "${patches[@]}"; do
			[[ $others != "$without" ]] || continue
			git -C "$repository" am -q -C1 --keep-non-patch "$others" \
				> /dev/null 2>&1 || status=0
			((status)) || break
		done
		((!status)) && git -C "$repository" am -q --abort
		verdict "is needed: ${without##*/}" "$status"
	done
}

take_over() {
	git -C "$scratch/newer" diff --name-only HEAD~ HEAD |
		xargs git -C "$repository" checkout -q FETCH_HEAD --
	git -C "$repository" commit -q --allow-empty -m "${1##*/}"
}
