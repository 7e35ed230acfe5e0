#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# No second move at the next exec, and no move up from a group below the destination. Only the root
# of a hierarchy has nothing below it: a rule for "/" moves there.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/place/below"
make_group "$CG/place2"
rules <<E
$n          $C1  $CG/place
$((n + 1))  $C1  /
E
start_daemon
prog=$(program prog)

steps gid "$n" uid "$n" wait "$T/go" exec "$prog"
assert_in "$PID" "$C1" "$CG/place"
: >"$T/go"
assert_runs "$prog"
settle
assert [ "$(placements "$PID")" -eq 1 ]

steps enter "$(group_dir "$C1" "$CG/place/below")/cgroup.procs" gid "$n" uid "$n" exec "$prog"
assert_runs "$prog"
settle
assert_in "$PID" "$C1" "$CG/place/below"
assert [ "$(placements "$PID")" -eq 0 ]

steps enter "$(group_dir "$C1" "$CG/place2")/cgroup.procs" gid "$n" uid "$n" exec "$prog"
assert_in "$PID" "$C1" "$CG/place"

steps enter "$(group_dir "$C1" "$CG/place2")/cgroup.procs" gid "$n" uid $((n + 1)) exec "$prog"
assert_in "$PID" "$C1" ""
stop_daemon
