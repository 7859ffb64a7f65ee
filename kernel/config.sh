# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # flavour, tree, objects and so on are kernel/build's
# The configuration of a flavour: allnoconfig plus the fragments. Sourced by
# kernel/build.

# request: the fragments as one text without their comments; of a symbol that is
# asked for twice, the last counts.
request() {
	[[ $flavour == headers ]] || fragments | grep '^CONFIG_\|^# CONFIG_.* is not set'
}

fragments() {
	local name names
	names=$(value "$kernel_dir/configs/flavours/$flavour" FRAGMENTS)
	for name in $names; do
		[[ -f $kernel_dir/configs/$name.config ]] ||
			die "flavour $flavour: no fragment configs/$name.config"
		cat "$kernel_dir/configs/$name.config"
	done
	[[ -z ${EXTRA_CONFIG:-} ]] || cat "$EXTRA_CONFIG"
}

# option KEY: what a flavour says about something that it need not say.
option() {
	local file=$kernel_dir/configs/flavours/$flavour
	[[ ! -f $file ]] || sed -n "s/^$1=//p" "$file"
}

# flavour_arch: the architecture to compile for, which a flavour may name.
flavour_arch() {
	local name
	name=$(option ARCH)
	echo "${name:-x86_64}"
}

# wanted_symbols: "SYMBOL VALUE" lines of a configuration on stdin, n for what
# is not set. To overrule a choice of an earlier fragment, unset it as well.
wanted_symbols() {
	awk '
	/^# CONFIG_[A-Za-z0-9_]+ is not set/ { v[$2] = "n"; next }
	/^CONFIG_/ {
		i = index($0, "=")
		value = substr($0, i + 1)
		sub(/[ \t]+(#.*)?$/, "", value)
		v[substr($0, 1, i - 1)] = value
	}
	END { for (s in v) print s, v[s] }' | LC_ALL=C sort
}

# unmet REQUEST CONFIG: the symbols of which CONFIG has another value.
unmet() {
	LC_ALL=C join -a 1 -e n -o 0,1.2,2.2 <(wanted_symbols < "$1") \
		<(wanted_symbols < "$2") | awk '$2 != $3'
}

# explain SYMBOL WANTED: why a symbol may not be as wanted.
explain() {
	if [[ $2 == n ]]; then
		echo "something else selects it"
	elif grep -rqsE --include='Kconfig*' \
		"^[[:space:]]*(menu)?config[[:space:]]+${1#CONFIG_}\$" "$tree"; then
		echo "something that it depends on is missing"
	else
		echo "there is no such symbol in Linux $(tree_version "$tree")"
	fi
}

configure() {
	local symbol want have bad=0
	printf '%s\n' "$requested" > "$work/request"
	KCONFIG_ALLCONFIG=$work/request run_make allnoconfig
	while read -r symbol want have; do
		say "$symbol is $have in the final configuration, wanted $want:" \
			"$(explain "$symbol" "$want")"
		bad=1
	done < <(unmet "$work/request" "$objects/.config")
	((!bad)) || die "the flavour $flavour cannot be configured as asked"
}
