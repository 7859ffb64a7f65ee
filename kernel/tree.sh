# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # tree, objects, work and patches are kernel/build's
# The patched source tree of a flavour. Sourced by kernel/build.
#
# The tree is a copy of the pristine one by hard links, in which the files that
# the series touches are replaced. When the series changes, only the files whose
# content changes are written, with a new time, so that make sees just those.

# touched_files: every path that the patches name, a superset where a hunk looks
# like a header.
touched_files() {
	((${#patches[@]})) || return 0
	sed -n -e 's|^--- a/||p' -e 's|^+++ b/||p' -e 's|^rename from ||p' \
		-e 's|^rename to ||p' -e 's|^copy to ||p' \
		-e 's|^diff --git a/\([^ ]*\) b/[^ ]*$|\1|p' "${patches[@]}" |
		sed 's/\t.*//' | grep -v '^/\|\.\.' | LC_ALL=C sort -u
}

# patch_stage PRISTINE STAGE: apply the series to copies of the touched files.
patch_stage() {
	local file patch
	while IFS= read -r file; do
		[[ -f $1/$file ]] || continue
		mkdir -p "$2/$(dirname "$file")"
		cp -p "$1/$file" "$2/$file"
	done < <(touched_files)
	for patch in "${patches[@]}"; do
		# The ceiling keeps git from taking the cache for part of a
		# repository, where it would skip what it does not know.
		(cd "$2" && GIT_CEILING_DIRECTORIES=$(dirname "$2") \
			git apply "$patch") 2> "$work/apply.log" && continue
		sed 's/^/    /' "$work/apply.log" >&2
		rm -rf "$2"
		die "${patch##*/} does not apply to Linux" \
			"$(tree_version "$1") after the patches before it"
	done
}

# replace PRISTINE STAGE FILE: bring one file of the tree up to date.
replace() {
	local new=$2/$3 old=$tree/$3
	[[ -f $new ]] || new=$1/$3
	if patched_away "$1" "$2" "$3" || [[ ! -f $new ]]; then
		rm -f "$old"
	elif ! cmp -s "$new" "$old"; then
		# Never through the hard link, and with the time of now.
		mkdir -p "$(dirname "$old")"
		rm -f "$old"
		cp --no-preserve=timestamps "$new" "$old"
		changed=$((changed + 1))
	fi
}

# patched_away PRISTINE STAGE FILE: does the series delete or rename it?
patched_away() {
	[[ -f $1/$3 && ! -f $2/$3 ]] && grep -qxF -- "$3" "$work/touched.new"
}

sync_tree() {
	local pristine=$1 stage=$work/stage file changed=0
	if [[ $(cat "$work/base" 2> /dev/null) != "$pristine" ]]; then
		# The times of another release say nothing about these objects.
		say "copying the source tree"
		rm -rf "$work/base" "$tree" "$objects" "$work/touched"
		mkdir -p "$objects"
		cp -al "$pristine" "$tree"
		: > "$work/touched"
		printf '%s\n' "$pristine" > "$work/base"
	fi
	rm -rf "$stage"
	mkdir -p "$stage"
	patch_stage "$pristine" "$stage"
	touched_files > "$work/touched.new"
	LC_ALL=C sort -u "$work/touched" "$work/touched.new" > "$work/touched.all"
	# From here on an interruption leaves the union to be compared again.
	cp "$work/touched.all" "$work/touched"
	while IFS= read -r file; do
		replace "$pristine" "$stage" "$file"
	done < "$work/touched.all"
	cp "$work/touched.new" "$work/touched"
	rm -rf "$stage"
	say "the series touches $(wc -l < "$work/touched.new") files," \
		"$changed of them changed since the last build"
}
