# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Debian's kernel source package, from whichever suite has it. Sourced by
# kernel/fetch, whose note() and keep() it uses.
. "$kernel_dir/../scripts/apt-private.sh"

apt_root=$src_cache/apt

# why_not LOG: the line of apt's output that says most, and what to do about it.
why_not() {
	if grep -q 'NO_PUBKEY\|EXPKEYSIG\|[Mm]issing key' "$1"; then
		echo "signed by a key that this machine does not know; get it by:" \
			"apt-get install --only-upgrade debian-archive-keyring"
	else
		grep -m 1 '^[EW]: ' "$1" || tail -n 1 "$1"
	fi
}

# candidates: "version<tab>package" of the suite's kernel source packages.
candidates() {
	local names
	mapfile -t names < <(apt_private "$apt_root" apt-cache pkgnames linux-source-)
	((${#names[@]})) || return 0
	apt_private "$apt_root" apt-cache madison "${names[@]}" 2> /dev/null |
		awk '{ print $3 "\t" $1 }' | sort -u
}

# look SUITE: read the suite's index; note what it has.
look() {
	local log=$apt_root/suite.log
	say "looking in Debian $1"
	rm -rf "$apt_root"
	mkdir -p "$apt_root"
	if ! apt_private_update "$apt_root" deb "$1" 2> "$log"; then
		[[ -s $apt_root/update.log ]] && log=$apt_root/update.log
		note "Debian $1" "$(why_not "$log")"
		return 1
	fi
	lines=$(candidates)
	note "Debian $1" "$(awk '{ printf "%s%s %s", sep, $2, $1; sep = ", " }
		END { if (!NR) printf "no linux-source package" }' <<< "$lines")"
}

from_debian() {
	local suite version package lines best='' best_suite=''
	for suite in $(base DEBIAN_SUITES); do
		if ! look "$suite"; then
			# Without a mirror or a network the next suite says the same.
			[[ -s $apt_root/update.log ]] || return 1
			grep -q 'resolv\|connect\|timed out' "$apt_root/update.log" &&
				return 1
			continue
		fi
		while IFS=$'\t' read -r version package; do
			[[ $package == "$(base DEBIAN_PACKAGE)" ]] || continue
			accepted "$version" || continue
			[[ $best == "$(base DEBIAN_VERSION)" ]] && continue
			best=$version best_suite=$suite
		done <<< "$lines"
		[[ $best == "$(base DEBIAN_VERSION)" ]] && break
	done
	[[ -n $best ]] || return 1
	[[ $best_suite == "$suite" ]] || look "$best_suite" || return 1
	debian_download "$best" "$best_suite"
}

# debian_download VERSION SUITE: apt checks the package against the signature.
debian_download() {
	local package dir=$src_cache/debian.part log=$apt_root/download.log sum
	local tarball
	package=$(base DEBIAN_PACKAGE)
	tarball=$(base DEBIAN_TARBALL)
	[[ $1 == "$(base DEBIAN_VERSION)" ]] ||
		say "note: Debian has $1 instead of $(base DEBIAN_VERSION)"
	say "downloading $package $1 from Debian $2 (about 160 MB)"
	mkdir -p "$dir"
	if ! (cd "$dir" && apt_private "$apt_root" apt-get -q download \
		"$package=$1") > "$log" 2>&1; then
		note "Debian $2" "$package $1 did not download: $(why_not "$log")"
		return 1
	fi
	dpkg-deb --fsys-tarfile "$dir/$package"_*.deb |
		tar -xO "./usr/src/$tarball" > "$dir/$tarball" ||
		die "$package $1 holds no /usr/src/$tarball"
	if [[ $1 == "$(base DEBIAN_VERSION)" ]]; then
		sum=$(sha256 "$dir/$tarball")
		[[ $sum == "$(base DEBIAN_SHA256)" ]] || {
			rm -rf "$dir"
			die "$tarball of $package $1 has the checksum $sum," \
				"kernel/base wants $(base DEBIAN_SHA256)"
		}
	fi
	keep "$dir/$tarball" "linux-source_$1.tar.xz" "${1%%-*}" \
		"from Debian $2, package $package $1"
	rm -rf "$dir" "$apt_root"
}
