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

there() { [[ -f $1 || -L $1 ]]; }

# patch_stage PRISTINE STAGE: apply the series to copies of the touched files.
patch_stage() {
	local file patch
	while IFS= read -r file; do
		there "$1/$file" || continue
		mkdir -p "$2/$(dirname "$file")"
		cp -dp "$1/$file" "$2/$file"
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

# same FILE FILE: no difference that make or a compiler could see.
same() {
	if [[ -L $1 || -L $2 ]]; then
		[[ $(readlink "$1") == "$(readlink "$2")" ]]
	else
		cmp -s "$1" "$2"
	fi
}

# replace NEW OLD: bring a file of the tree up to date. Never through the hard
# link, and with the time of now.
replace() {
	if ! there "$1"; then
		rm -f "$2"
	elif ! same "$1" "$2"; then
		mkdir -p "$(dirname "$2")"
		rm -f "$2"
		cp -d --no-preserve=timestamps "$1" "$2"
		changed=$((changed + 1))
	fi
}

sync_tree() {
	local pristine=$1 stage=$work/stage file changed=0
	if [[ $(cat "$work/base" 2> /dev/null) != "$pristine" ]]; then
		# The times of another release say nothing about these objects.
		say "copying the source tree"
		rm -rf "$work/base" "$tree" "$objects" "$work/touched"
		mkdir -p "$objects"
		# links, but where build is on a file system of its own
		cp -al "$pristine" "$tree" 2> /dev/null || {
			rm -rf "$tree"
			cp -a "$pristine" "$tree"
		}
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
		replace "$stage/$file" "$tree/$file"
	done < "$work/touched.new"
	# What only an earlier series touched is as in the base again.
	while IFS= read -r file; do
		replace "$pristine/$file" "$tree/$file"
	done < <(LC_ALL=C comm -23 "$work/touched.all" "$work/touched.new")
	cp "$work/touched.new" "$work/touched"
	rm -rf "$stage"
	say "the series touches $(wc -l < "$work/touched.new") files," \
		"$changed of them changed since the last build"
}
