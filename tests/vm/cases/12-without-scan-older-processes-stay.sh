#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What ran before the daemon is touched only when it does something: an exec, or another user.
#
# vm-only
. "$(dirname "$0")/../../lib.sh"

make_group_everywhere "$CG/default"
rules_for_all <<E
*  *  $CG/default
E
prog=$(program prog)
as "$BASE_UID" "$BASE_UID" "$prog"
quiet=$PID
assert_runs "$prog"
steps wait "$T/go" exec "$prog"
execs=$PID
steps wait "$T/go" euid "$BASE_UID" idle
changes=$PID
start_daemon
for pid in $quiet $execs $changes $$; do
	assert_unmoved "$pid"
done
kill -USR2 "$DAEMON"
settle
for pid in $quiet $execs $changes $$; do
	is_in "$pid" "$C1" "" || fail "a reload moved the older process $pid"
done

: >"$T/go"
assert_in_all "$execs" "$CG/default"
assert_in_all "$changes" "$CG/default"
settle
is_in "$quiet" "$C1" "" || fail "the quiet process was moved"
stop_daemon
