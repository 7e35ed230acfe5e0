#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Its state is "zombie" in /proc, but its other threads live, change their user and are placed, also by --scan.
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice)
make_group "$CG/alice"
rules <<E
alice  $C1,$C2  $CG/alice
E
# Before another call: setuid() of glibc waits for all threads, also for one that is just ending.
gone="await /proc/self/status (zombie)"
leaderless() {
	[ -e "/proc/$pid" ] || fail "the process is gone: $(cat "$OUT")"
	set -- /proc/"$pid"/task/*
	grep -q '^State:.Z' "/proc/$pid/status" && [ $# -gt 1 ]
}
# threads_in GROUP: all that live.
threads_in() {
	for _task in /proc/"$pid"/task/*; do
		_tid=${_task##*/}
		[ "$_tid" != "$pid" ] || continue
		is_in "$pid/task/$_tid" "$C1" "$1" && is_in "$pid/task/$_tid" "$C2" "$1" || return 1
	done
}

# shellcheck disable=SC2086  # a list of steps
steps groups "" threads 2 leave $gone gid "$alice" uid "$alice" idle
pid=$PID
assert_eventually leaderless
start_daemon --scan
assert_eventually threads_in "$CG/alice"
stop "$pid"

# shellcheck disable=SC2086  # a list of steps
steps groups "" threads 2 leave $gone wait "$T/go" gid "$alice" uid "$alice" idle
pid=$PID
assert_eventually leaderless
settle
threads_in "$(where $$ "$C1")" || fail "moved too early"
: >"$T/go"
assert_eventually threads_in "$CG/alice"
stop "$pid"

# The exec of a thread makes it the first.
# shellcheck disable=SC2086  # a list of steps
steps groups "" threads 2 leave $gone gid "$alice" uid "$alice" exec "$(program prog)"
assert_runs "$T/bin/prog"
assert_in "$PID" "$C1" "$CG/alice"
assert_in "$PID" "$C2" "$CG/alice"
stop_daemon
