# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # kernel_dir is lib.sh's
# What the patches of kernel/mutants say about the bugs they plant. Sourced by
# kernel/refresh and kernel/check.
#
# At the end of a message, as "Key: text", further lines of the text indented:
# Planted-bug, the name; Hazard, which one, and what is at odds there; Window,
# where; Sequence, of what it takes; Symptom.

# mutant_field KEY PATCH: the text as one line, or nothing.
mutant_field() {
	awk -v key="$1: " '
	/^diff --git / { exit }
	index($0, key) == 1 { on = 1; text = substr($0, length(key) + 1); next }
	on && /^  / { sub(/^ +/, " "); text = text $0; next }
	{ on = 0 }
	END { if (text) print text }' "$2"
}

# mutant_says PATCH: complain about what its message does not say, or what it does
# not do.
mutant_says() {
	local key name missing=0
	for key in Planted-bug Hazard Window Sequence Symptom; do
		[[ $(mutant_field "$key" "$1") ]] && continue
		echo "no $key in the message"
		missing=1
	done
	name=$(mutant_field Planted-bug "$1")
	if ! grep -q "^+.*planted_bug(\"$name\")" "$1"; then
		echo "nothing depends on planted_bug(\"$name\")"
		missing=1
	fi
	return "$missing"
}

# mutant_files PATCH: the sources that it changes, without the way to them.
mutant_files() {
	sed -n 's|^+++ b/.*/||p' "$1" | grep '\.c$' | paste -s -d ' ' |
		sed 's/ /, /g'
}

# mutants_table: of those in the series, as Markdown.
mutants_table() {
	local patch name hazard
	printf '| name | hazard | file | symptom |\n| --- | --- | --- | --- |\n'
	while IFS= read -r patch; do
		name=$(mutant_field Planted-bug "$patch")
		[[ $name ]] || continue
		hazard=$(mutant_field Hazard "$patch")
		# shellcheck disable=SC2016 # Markdown's
		printf '| `%s` | %s: %s | %s | %s |\n' "$name" "${hazard%%,*}" \
			"${hazard#*, }" "$(mutant_files "$patch")" \
			"$(mutant_field Symptom "$patch")"
	done < <(mutant_patches)
}

# mutants_readme: the README with the table as it should be.
mutants_readme() {
	awk -v table="$(mutants_table)" '
	/^<!-- table, by kernel\/refresh -->$/ { print; print table; off = 1 }
	/^<!-- end of table -->$/ { off = 0 }
	!off' "$kernel_dir/mutants/README.md"
}
