# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # work, objects and so on are kernel/build's
# The drivers that tests of the kernel need, built against the kernel that is
# tested. Sourced by kernel/build.

# modules_input: what they are made of, for the hash.
modules_input() {
	[[ $flavour == headers ]] || (cd "$modules" && sha256sum -- *)
}

# hold_modules: copies, as of the patches.
hold_modules() {
	rm -rf "$work/modules-src"
	cp -r "$modules" "$work/modules-src"
	modules=$work/modules-src
}

# has_modules: can this kernel load any?
has_modules() {
	grep -q '^CONFIG_MODULES=y' "$objects/.config" &&
		grep -q '^CONFIG_PCI_P2PDMA=y' "$objects/.config"
}

# publish_modules FOLDER: build them, copy them there.
publish_modules() {
	rm -rf "$work/modules"
	run_make M="$modules" MO="$work/modules" modules
	mkdir "$1"
	cp "$work/modules"/*.ko "$1/"
}
