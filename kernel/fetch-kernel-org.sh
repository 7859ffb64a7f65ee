# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The kernel.org tarball, for machines that have no Debian mirror. Sourced by
# kernel/fetch, whose note() and keep() it uses.

# download URL FILE: to FILE.part first, going on where an earlier try ended.
# The reason of a failure is left in FILE.log.
download() {
	local status=0
	if command -v curl > /dev/null; then
		curl -fsSL -C - --retry 4 --connect-timeout 20 --speed-limit 1000 \
			--speed-time 60 -o "$2.part" "$1" 2> "$2.log" || status=$?
		# 33, 36: this server cannot go on in the middle.
		if ((status == 33 || status == 36)); then
			rm -f "$2.part"
			download "$@"
			return
		fi
		((!status)) || return 1
	elif command -v wget > /dev/null; then
		wget -c -nv --tries=4 --timeout=60 -O "$2.part" "$1" 2> "$2.log" ||
			return 1
	else
		echo "neither curl nor wget is installed" > "$2.log"
		return 1
	fi
	mv "$2.part" "$2"
	rm -f "$2.log"
}

# signed_sum NAME: NAME's checksum from the list that kernel.org signs. The
# signer's key is taken from the user's ring, else from kernel.org, and only the
# fingerprint of kernel/base counts.
signed_sum() {
	local list=$src_cache/sha256sums.asc key ring status
	key=$(base KERNEL_ORG_KEY)
	command -v gpg > /dev/null || {
		echo "gpg is not installed, so the signature cannot be checked"
		return 1
	}
	rm -f "$list" "$list.part"
	download "$(base KERNEL_ORG_SUMS)" "$list" || {
		echo "$(base KERNEL_ORG_SUMS): $(tail -n 1 "$list.log")"
		return 1
	}
	ring=$(mktemp -d "$src_cache/gpg.XXXXXX")
	chmod 700 "$ring"
	gpg --batch --export "$key" 2> /dev/null |
		gpg --batch -q --homedir "$ring" --import 2> /dev/null || true
	gpg --batch -q --homedir "$ring" --list-keys "$key" > /dev/null 2>&1 ||
		gpg --batch -q --homedir "$ring" --auto-key-locate clear,wkd \
			--locate-keys "$(base KERNEL_ORG_KEY_MAIL)" > /dev/null 2>&1 || true
	status=$(gpg --batch --homedir "$ring" --status-fd 1 \
		--output "$list.text" --yes --decrypt "$list" 2> /dev/null || true)
	gpgconf --homedir "$ring" --kill all 2> /dev/null || true
	rm -rf "$ring"
	grep -q "^\[GNUPG:\] VALIDSIG .*$key" <<< "$status" || {
		rm -f "$list.text"
		echo "the key $key is not in your gpg ring and could not be fetched," \
			"or the signature is wrong"
		return 1
	}
	awk -v name="$1" '$2 == name { print $1; found = 1 }
		END { exit !found }' "$list.text" || {
		echo "the signed list does not name $1"
		return 1
	}
}

from_kernel_org() {
	local url name path sum
	url=$(base KERNEL_ORG_URL)
	name=${url##*/}
	path=$src_cache/$name
	say "downloading $url"
	if [[ ! -f $path ]] && ! download "$url" "$path"; then
		note "kernel.org" "$url: $(tail -n 1 "$path.log")"
		return 1
	fi
	if ! sum=${KERNEL_SHA256:-$(signed_sum "$name")}; then
		note "kernel.org" "$name is there but cannot be verified: $sum;" \
			"KERNEL_SHA256= accepts the checksum that you give"
		return 1
	fi
	if [[ $(sha256 "$path") != "$sum" ]]; then
		rm -f "$path"
		note "kernel.org" "$name does not have the checksum $sum, removed"
		return 1
	fi
	mv "$path" "$path.part"
	keep "$path.part" "$name" "$wanted" "from kernel.org"
}
