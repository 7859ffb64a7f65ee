# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the scripts of this folder share. To be sourced, from bash, with
# "set -euo pipefail" in force.

kernel_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
me=kernel/$(basename "$0")
cache=${BARRAGE_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/barrage}
src_cache=$cache/src
# The release that is meant; kernel/check looks at an older one too.
base_file=${KERNEL_BASE:-$kernel_dir/base}

say() { printf '%s: %s\n' "$me" "$*" >&2; }

die() {
	say "$@"
	exit 1
}

# value FILE KEY: what stands behind "KEY=" in FILE.
value() {
	local line
	while IFS= read -r line; do
		if [[ $line == "$2="* ]]; then
			printf '%s\n' "${line#*=}"
			return
		fi
	done < "$1"
	die "$1 has no line $2="
}

base() { value "$base_file" "$1"; }

# need_tools PROGRAM[:PACKAGE]...: report everything that is missing at once.
# A name with a slash is a file (a header), not a program.
need_tools() {
	local item name missing=() packages=()
	for item; do
		name=${item%%:*}
		if [[ $name == */* ]]; then
			[[ -e $name ]] && continue
		else
			command -v "$name" > /dev/null && continue
		fi
		missing+=("$name")
		packages+=("${item##*:}")
	done
	((${#missing[@]})) || return 0
	say "missing: ${missing[*]}"
	die "install them: apt-get install ${packages[*]}" \
		"('make deps' installs all that make bench and make check need)"
}

need_cache() {
	mkdir -p "$src_cache" "$cache/trees" "$cache/kernels" "$cache/build" \
		2> /dev/null || die "cannot make $cache (set BARRAGE_CACHE)"
	[[ -w $cache ]] || die "cannot write $cache (set BARRAGE_CACHE)"
}

# lock FILE WHAT: hold FILE's lock until this process ends, say so when waiting.
lock() {
	local fd
	exec {fd}> "$1"
	lock_fd "$fd" "$2"
}

# lock_fd FD WHAT: the same for a file that is open, until flock -u.
lock_fd() {
	flock -n "$1" && return
	say "waiting for another process: $2"
	flock "$1"
}

sha256() { sha256sum "$@" | cut -d ' ' -f 1; }

# accepted VERSION: may this release stand in for the wanted one?
accepted() { [[ $1 == "$(base ACCEPTED)"* ]]; }

# tree_version FOLDER: the release that a source tree says it is.
tree_version() {
	[[ -f $1/Makefile && -f $1/Kconfig && -d $1/arch ]] || return 1
	awk -F '[ \t]*=[ \t]*' '
		$1 == "VERSION" { v = $2 } $1 == "PATCHLEVEL" { p = $2 }
		$1 == "SUBLEVEL" { s = $2 } $1 == "EXTRAVERSION" { e = $2; exit }
		END { print v "." p "." s e }' "$1/Makefile"
}

# source_id PATH: what identifies the content of a tarball or tree. Tarballs of
# the cache carry it beside them; others are read once and remembered by inode,
# size and time; of a tree the file list with sizes and times is taken.
source_id() {
	local key note
	if [[ -d $1 ]]; then
		find "$1" -name .git -prune -o -type f -printf '%P %s %T@\n' |
			LC_ALL=C sort | sha256
	elif [[ -f $1.id ]]; then
		cut -d ' ' -f 1 "$1.id"
	else
		key=$(stat -c '%d-%i-%s-%Y' "$1")
		note=$src_cache/known-$key
		[[ -f $note ]] || sha256 "$1" > "$note"
		cat "$note"
	fi
}

# unpacked PATH: print the folder of the cache that holds the unpacked source
# of a tarball or a copy of a tree, making it first where it is not there.
unpacked() {
	local id dir version
	id=$(source_id "$1")
	dir=$cache/trees/${id:0:16}
	if [[ ! -d $dir ]]; then
		lock "$dir.lock" "unpacking $1"
		if [[ ! -d $dir ]]; then
			say "unpacking $1"
			rm -rf "$dir.part"
			mkdir -p "$dir.part"
			if [[ -d $1 ]]; then
				copy_tree "$1" "$dir.part"
			else
				tar -xf "$1" -C "$dir.part" --strip-components=1 ||
					die "$1: damaged or not a tarball (remove it and fetch again)"
			fi
			version=$(tree_version "$dir.part") ||
				die "$1 does not hold a Linux source tree"
			accepted "$version" ||
				die "$1 is Linux $version, wanted $(base ACCEPTED)x"
			[[ ! -d $1 ]] || forget_copies "$1" "$dir"
			mv "$dir.part" "$dir"
		fi
	fi
	printf '%s\n' "$dir"
}

# forget_copies TREE DIR: drop the copies of earlier states of a user's TREE, and
# remember that DIR is the one of now.
forget_copies() {
	local note
	for note in "$cache"/trees/*.from; do
		[[ -f $note && $(< "$note") == "$1" ]] || continue
		rm -rf "${note%.from}" "$note"
	done
	printf '%s\n' "$1" > "$2.from"
}

# copy_tree FROM TO: the sources of a tree without what a build left in it.
copy_tree() {
	need_tools rsync
	if [[ -e $1/.git ]] && git -C "$1" rev-parse > /dev/null 2>&1; then
		git -C "$1" ls-files -z | (cd "$1" && tar --ignore-failed-read \
			--null -T - -cf -) | tar -xf - -C "$2"
		return
	fi
	rsync -a --exclude '*.o' --exclude '*.a' --exclude '*.ko' --exclude '.*.cmd' \
		--exclude '/.config' --exclude '/include/config' \
		--exclude '/include/generated' --exclude '/arch/*/include/generated' \
		--exclude '/vmlinux*' "$1/" "$2/"
}

# series_patches: the paths of the patches of $SERIES, in order, one a line.
# SERIES is "none", a series file, or unset for kernel/patches/series.
series_patches() {
	local file=${SERIES:-$kernel_dir/patches/series}
	[[ $file == none ]] && return
	if [[ ! -f $file ]]; then
		[[ -z ${SERIES:-} ]] && return
		die "SERIES=$SERIES: no such file (a series file, or 'none')"
	fi
	listed_patches "$file"
}

# test_only_patches: those that come on top in kernels that are tested.
test_only_patches() { listed_patches "$kernel_dir/test-only/series"; }

# mutant_patches: those that plant bugs, on top of the above.
mutant_patches() { listed_patches "$kernel_dir/mutants/series"; }

# listed_patches SERIES-FILE: the paths of what it names, one a line.
listed_patches() {
	local file folder name
	file=$(realpath "$1")
	folder=$(dirname "$file")
	while read -r name; do
		[[ -f $folder/$name ]] ||
			die "$file names $name, which is not beside it"
		printf '%s/%s\n' "$folder" "$name"
	done < <(sed 's/#.*//; s/[ \t]*$//; /^$/d' "$file")
}
