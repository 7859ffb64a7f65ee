# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# apt-private.sh: packages of other Debian suites, through an apt root of our
# own. To be sourced by bash or sh.
#
# The machine's apt configuration is read (where its Debian archive is, proxies,
# credentials) and never changed: sources, pins, indexes, caches and the list of
# installed packages are all in the folder ROOT that the caller names. Works
# without root. Signatures are verified by apt as always.
#
#	apt_private_update ROOT deb|deb-src SUITE	fetch the index
#	apt_private ROOT apt-get download linux-source-7.3
#	apt_private ROOT apt-get source --download-only fio=3.41-2

# the machine's own Debian archives, one URI a line
apt_private_uris() {
	apt-get -o Debug::NoLocking=1 --print-uris update 2>/dev/null |
		sed -n "s|^'\(.*\)/dists/\([^/']*\)/\(In\)\{0,1\}Release'.*|\2 \1|p" |
		awk '
		BEGIN {
			n = split("bullseye bookworm trixie forky sid oldstable " \
				  "stable testing unstable", s)
			for (i = 1; i <= n; i++)
				known[s[i]] = 1
		}
		known[$1] && !seen[$2]++ { print $2 }'
}

# apt_private ROOT COMMAND ARGS...: one of apt's commands in that root
apt_private() {
	_apt_root=$1
	_apt_cmd=$2
	shift 2
	"$_apt_cmd" -c "$_apt_root/apt.conf" "$@"
}

_apt_private_conf() {
	cat <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$1/sources";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "$1/state";
Dir::State::Lists "$1/lists";
Dir::State::Status "$1/status";
Dir::Cache "$1/cache";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Retries "3";
END
	# apt's own unprivileged user cannot write below a home folder
	[ "$(id -u)" != 0 ] || echo 'APT::Sandbox::User "root";'
}

# apt_private_update ROOT TYPE SUITE: 0, or 1 with the reason on stderr
apt_private_update() {
	_apt_root=$1
	_apt_type=$2
	_apt_suite=$3
	_apt_key=/usr/share/keyrings/debian-archive-keyring.gpg

	if ! command -v apt-get >/dev/null; then
		echo "apt-private: no apt-get on this machine" >&2
		return 1
	fi
	mkdir -p "$_apt_root/sources" "$_apt_root/state" \
		"$_apt_root/lists/partial" "$_apt_root/cache/archives/partial"
	: >"$_apt_root/status"
	_apt_private_conf "$_apt_root" >"$_apt_root/apt.conf"

	_apt_tried=
	for _apt_uri in $(apt_private_uris); do
		_apt_tried="$_apt_tried $_apt_uri"
		{
			echo "Types: $_apt_type"
			echo "URIs: $_apt_uri"
			echo "Suites: $_apt_suite"
			echo "Components: main"
			[ ! -e "$_apt_key" ] || echo "Signed-By: $_apt_key"
		} >"$_apt_root/sources/barrage.sources"
		if apt_private "$_apt_root" apt-get -q --error-on=any \
				update >"$_apt_root/update.log" 2>&1; then
			return 0
		fi
		echo "apt-private: $_apt_suite: $(grep -m1 '^[EW]:' \
			"$_apt_root/update.log")" >&2
	done
	[ -n "$_apt_tried" ] || echo "apt-private: no Debian archive in this \
machine's apt configuration" >&2
	return 1
}
