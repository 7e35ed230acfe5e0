#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A daemon that is stopped, or killed, holds no exec for long: the program runs, and what a daemon that goes on
# finds then is placed. What no rule names does not wait at all, and with --sync=never nothing does.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

make_group "$CG/a"
marked=$(program marked)
other=$(program other)
rules <<E
$n:$marked       $C1  $CG/a
$n:$T/bin/first  $C1  $CG/a
E
start_gate

# start_many: ten at once. Sets PIDS.
start_many() {
	PIDS=
	for _ in 0 1 2 3 4 5 6 7 8 9; do
		as "$n" "$n" "$marked"
		PIDS="$PIDS $PID"
	done
}

# Waits for the answer, in the old program: uninterruptible, but for a signal that kills.
is_held() {
	runs "$T/bin/steps" "$1" && grep -q '^State:.D' "/proc/$1/status"
}

for_all() {
	for _pid in $PIDS; do
		"$@" "$_pid" || return 1
	done
}

runs_marked() {
	runs "$marked" "$1"
}

# Stopped: what nobody else answers goes on within the deadline.
kill -STOP "$DAEMON"
as "$n" "$n" "$other"
assert_runs "$other"
start_many
wait_for 3 for_all runs_marked || fail "a stopped daemon holds execs for ever"
kill -CONT "$DAEMON"
for pid in $PIDS; do
	assert_in "$pid" "$C1" "$CG/a"
	stop "$pid"
done

# The one that waits can be killed. Nobody answers: the guard is stopped, too.
kill -STOP "$DAEMON" "$(guard)"
as "$n" "$n" "$marked"
kill -KILL "$PID"
wait_for 3 is_gone "$PID" || fail "one that waits cannot be killed"
kill -CONT "$DAEMON" "$(guard)"
settle

# Killed: all that waited goes on.
kill -STOP "$DAEMON" "$(guard)"
start_many
wait_for 3 is_held "$PID" || fail "nothing is held"
kill -KILL "$DAEMON"
wait "$DAEMON" 2>/dev/null || :
DAEMON=
wait_for 3 for_all runs_marked || fail "a killed daemon holds execs"
for pid in $PIDS; do
	stop "$pid"
done

# The next daemon holds as the one before. A guard that was killed is started anew.
start_gate
guard=$(guard)
kill -KILL "$guard"
has_new_guard() {
	[ -n "$(guard)" ] && [ "$(guard)" != "$guard" ]
}
wait_for 5 has_new_guard || fail "there is no new guard"
all_first "after a daemon was killed" "$CG/a" many fork "$(first first)"
stop_daemon

SYNC=never
start_daemon
assert_logged 'exec gate stays closed .--sync=never.'
kill -STOP "$DAEMON"
as "$n" "$n" "$marked"
assert_runs "$marked"
kill -CONT "$DAEMON"
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
