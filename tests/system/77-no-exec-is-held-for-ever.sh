#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A daemon that is stopped holds an exec of a marked file until it goes on or dies; then the program runs. With
# --sync=never, or for a file that no rule names, nothing waits at all.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
SYNC=auto

n=$BASE_UID
make_group "$CG/a"
marked=$(program marked)
other=$(program other)
rules <<E
$n:$marked  $C1  $CG/a
E
start_daemon
grep -q 'before their first instruction' "$LOG" || skip "$(grep 'no exec gate' "$LOG")"

kill -STOP "$DAEMON"
as "$n" "$n" "$other"
assert_runs "$other"
as "$n" "$n" "$marked"
waiting=$PID
! wait_for 1 runs "$marked" "$waiting" || fail "a stopped daemon holds nothing"
kill -CONT "$DAEMON"
assert_runs "$marked" "$waiting"
assert_in "$waiting" "$C1" "$CG/a"

kill -STOP "$DAEMON"
as "$n" "$n" "$marked"
kill -KILL "$DAEMON"
wait "$DAEMON" 2>/dev/null || :
DAEMON=
assert_runs "$marked"

SYNC=never
start_daemon
kill -STOP "$DAEMON"
as "$n" "$n" "$marked"
assert_runs "$marked"
kill -CONT "$DAEMON"
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
