#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# setuid() of a program with many threads is an event for each; it is one decision, and all of them move. A thread
# that is started later is where its process is.
#
# vm-only
. "$(dirname "$0")/../../lib.sh"

make_group_everywhere "$CG/alice"
make_group_everywhere "$CG/default"
rules_for_all <<E
alice  *  $CG/alice
*      *  $CG/default
E
alice=$(id -u alice)
threads=64
start_daemon
steps threads "$threads" wait "$T/go" groups "" gid "$alice" uid "$alice" threads 3 idle
pid=$PID
assert_in_all "$pid" "$CG/default"
settle
mark_log
: >"$T/go"
assert_in_all "$pid" "$CG/alice"
settle
[ "$(placements "$pid")" -eq 1 ] || fail "more than one decision: $(log | grep -w "$pid")"
all_threads() {
	set -- /proc/"$pid"/task/*
	[ $# -eq $((threads + 4)) ]
}
assert_eventually all_threads
for name in "$C1" "$C2"; do
	for task in /proc/"$pid"/task/*; do
		is_in "$pid/task/${task##*/}" "$name" "$CG/alice" || fail "$task is elsewhere"
	done
done
# An exec of another thread than the first.
steps groups "" gid "$alice" uid "$alice" thread exec "$(program prog)"
assert_runs "$T/bin/prog"
assert_in_all "$PID" "$CG/alice"
stop_daemon
