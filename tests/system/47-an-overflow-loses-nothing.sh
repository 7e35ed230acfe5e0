#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# More events than the buffer holds: what the daemon could not see is found and placed, and the log
# says at the default level that events were dropped.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n:prog  $C1  $CG/a
E
start_daemon_plain
prog=$(program prog)

kill -STOP "$DAEMON"
"$T/bin/steps" flood 200000
as "$n" "$n" "$T/bin/burst" 50 "$prog"
wait_for 10 says '^done' || fail "the burst does not end"
kill -CONT "$DAEMON"
procs=$(group_dir "$C1" "$CG/a")/cgroup.procs
all_in() {
	[ "$(wc -l <"$procs")" -eq 50 ]
}
wait_for 10 all_in || fail "$(wc -l <"$procs") of 50 are in the group"
assert_logged 'drop|lost|overflow|overrun'
settle
stop_daemon
