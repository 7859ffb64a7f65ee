# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # flavour, tree, objects, work, log are kernel/build's
# Running make: compiler cache, progress, what to show when it fails. Sourced by
# kernel/build.

# need_build_tools FLAVOUR
need_build_tools() {
	local tools=(gcc make tar xz:xz-utils git rsync flock:util-linux
		sha256sum:coreutils awk:mawk)
	if [[ $1 != headers ]]; then
		tools+=(ld:binutils flex bison bc lz4 perl
			/usr/include/libelf.h:libelf-dev)
	fi
	need_tools "${tools[@]}"
}

# The same source gives the same image, and hits in the compiler cache.
export KBUILD_BUILD_TIMESTAMP='2026-01-01 00:00:00 UTC'
export KBUILD_BUILD_USER=barrage KBUILD_BUILD_HOST=barrage KBUILD_BUILD_VERSION=1
export LC_ALL=C
export LOCALVERSION=
unset MAKEFLAGS MAKELEVEL MFLAGS KBUILD_OUTPUT KCONFIG_CONFIG KCFLAGS

cc=gcc
if command -v ccache > /dev/null; then
	cc='ccache gcc'
	# No CCACHE_BASEDIR: relative paths would escape the prefix map that keeps
	# the place of the tree out of the image.
	export CCACHE_DIR=$cache/ccache
	unset CCACHE_BASEDIR
	export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}
fi

# kernel_make TARGET...: make, in the flavour's trees.
kernel_make() {
	make -C "$tree" O="$objects" ARCH="${arch:-x86_64}" CC="$cc" HOSTCC="$cc" \
		-j "${JOBS:-$(nproc)}" "$@"
}

# failed STATUS
failed() {
	(($1 <= 128)) || die "make was ended by signal $(($1 - 128)), not by this" \
		"script; the next run goes on from here"
	grep -E -B 2 -A 12 -m 3 'error:|Error [0-9]+$|\*\*\*' "$log" >&2 ||
		tail -n 30 "$log" >&2
	die "make failed, the whole log is $log"
}

# An interruption of this script ends make too, which would go on otherwise and
# keep the lock.
group=
stop() {
	[[ -z $group ]] || kill -TERM -- "-$group" 2> /dev/null || true
	wait
	[[ ! -t 2 ]] || echo >&2
	say "interrupted; the next run goes on from here"
	exit 130
}
trap stop INT TERM HUP

# in_group COMMAND...: run it as a process group of its own.
in_group() {
	local status=0
	set -m
	"$@" < /dev/null &
	group=$!
	set +m
	wait "$group" || status=$?
	group=
	return "$status"
}

quietly() { kernel_make -s "$@" >> "$log" 2>&1; }

# run_make TARGET...: a short step.
run_make() { in_group quietly "$@" || failed $?; }

# show DONE SECONDS: progress, as one line that is overwritten or as a new line.
show() {
	local text
	text="$flavour: $1 ${steps:+of about $steps }steps,"
	text+=" $(($2 / 60)):$(printf %02d $(($2 % 60)))"
	if [[ -t 2 ]]; then
		printf '\r\033[K%s: %s' "$me" "$text" >&2
	else
		say "$text"
	fi
}

# progress: copy make's output from stdin to the log and count its steps. $steps
# is about what a build from nothing takes, or empty.
progress() {
	local line every=30 done=0 begin=$SECONDS last=$SECONDS status
	[[ -t 2 ]] && every=1
	while true; do
		status=0
		IFS= read -r -t "$every" line || status=$?
		if ((status == 0)); then
			printf '%s\n' "$line"
			[[ $line == "  "[A-Z]* ]] && done=$((done + 1))
		elif ((status < 128)); then
			break
		fi
		if ((SECONDS - last >= every)); then
			last=$SECONDS
			show "$done" "$((SECONDS - begin))"
		fi
	done >> "$log"
	[[ ! -t 2 ]] || printf '\r\033[K' >&2
	say "$flavour: $done steps in $((SECONDS - begin)) s"
}

with_progress() { kernel_make "$@" 2>&1 | progress; }

# compile TARGET...: the long step.
compile() {
	say "compiling with ${JOBS:-$(nproc)} jobs" \
		"$([[ $cc == gcc ]] && echo '(without ccache: not installed)')"
	in_group with_progress "$@" || failed $?
}
