# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the demonstrations share. Sourced by their run scripts.

# demo_kernel NAME: build perf with the series and the patches of a
# demonstration on top; prints the folder.
demo_kernel() {
	local folder series status=0
	folder=$(realpath "kernel/demos/$1")
	series=$(mktemp "$folder/.series.XXXXXX")
	{
		sed 's/#.*//; s/[ \t]*$//; /^$/d' kernel/patches/series |
			sed 's|^|../../patches/|'
		(cd "$folder" && ls ./*.patch)
	} > "$series"
	SERIES=$series kernel/build perf | tail -n 1 || status=$?
	rm -f "$series"
	return "$status"
}
