#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A v1 cpu group without rt_runtime takes no real-time task: the log says so once, the task is moved in no other
# hierarchy, and when the group has run time it works.
#
# modes: v1 hybrid
. "$(dirname "$0")/../../lib.sh"

root=$(hierarchy cpu) || skip "no cpu controller on v1"
[ -e "$root/cpu.rt_runtime_us" ] ||
	skip "linux $(uname -r) has no run time per group (CONFIG_RT_GROUP_SCHED)"
make_group "$CG/rt" cpu pids
rules <<E
$BASE_UID  cpu,pids  $CG/rt
E
prog=$(program prog)
start_daemon
for _ in 1 2 3; do
	steps fifo groups "" gid "$BASE_UID" uid "$BASE_UID" exec "$prog"
	assert_runs "$prog"
	assert_unmoved "$PID" cpu pids
done
assert_logged "rules:1: .*real-time run time"
assert [ "$(log | grep -c 'real-time run time')" -eq 1 ]
steps other groups "" gid "$BASE_UID" uid "$BASE_UID" exec "$prog"
assert_in "$PID" cpu "$CG/rt"

cat "$root/cpu.rt_runtime_us" >"$root/$CG/cpu.rt_runtime_us" ||
	echo 1000 >"$root/$CG/cpu.rt_runtime_us"
echo 1000 >"$root/$CG/rt/cpu.rt_runtime_us"
steps fifo groups "" gid "$BASE_UID" uid "$BASE_UID" exec "$prog"
assert_in "$PID" cpu "$CG/rt"
assert_in "$PID" pids "$CG/rt"
stop_daemon
