#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# ignore_rt does for SCHED_FIFO and SCHED_RR tasks what ignore does for all.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

u=$BASE_UID
for name in rt moved both; do
	make_group "$CG/$name" "$C2"
done
procs=$(group_dir "$C2" "$CG/rt")/cgroup.procs
"$T/bin/steps" fifo >/dev/null 2>&1 || skip "no real-time policy possible"
rules <<E
$u          $C2  $CG/rt     ignore_rt
$u          $C2  $CG/moved
$((u + 1))  $C2  *          ignore_rt
$((u + 1))  $C2  $CG/moved
$((u + 2))  $C2  $CG/rt     ignore,ignore_rt
$((u + 2))  $C2  $CG/moved
E
start_daemon
prog=$(program prog)

# from POLICY UID
from() {
	steps enter "$procs" "$1" gid "$u" uid "$2" exec "$prog"
}
for policy in fifo rr; do
	from $policy "$u"
	assert_runs "$prog"
	settle
	assert_in "$PID" "$C2" "$CG/rt"
	steps $policy gid "$u" uid $((u + 1)) exec "$prog"
	assert_unmoved "$PID" "$C2"
	steps $policy gid "$u" uid "$u" exec "$prog"
	assert_in "$PID" "$C2" "$CG/moved"
done
from other "$u"
assert_in "$PID" "$C2" "$CG/moved"
as $((u + 1)) "$u" "$prog"
assert_in "$PID" "$C2" "$CG/moved"
stop_daemon
