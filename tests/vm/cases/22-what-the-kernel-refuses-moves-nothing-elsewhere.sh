#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A v1 cpuset group without CPUs takes nobody: the log says why, once; the process is moved back in the hierarchies
# where it had been moved, and as soon as the group has CPUs it works.
#
# modes: v1 hybrid
. "$(dirname "$0")/../../lib.sh"

root=$(hierarchy cpuset) || root=
if [ ! -e "$root/cpuset.mems" ] || [ "$root" = "$V2_ROOT" ]; then
	skip "linux $(uname -r) has no cpuset hierarchy on v1"
fi
make_group "$CG/a" cpu pids
mkdir -p "$root/$CG/a"
rules <<E
$BASE_UID  cpu,cpuset,pids  $CG/a
E
prog=$(program prog)
start_daemon
for _ in 1 2 3; do
	as "$BASE_UID" "$BASE_UID" "$prog"
	assert_runs "$prog"
	assert_unmoved "$PID" cpu cpuset pids
done
assert_logged "rules:1: .*$CG/a.* in $root: .*no CPUs or memory nodes"
assert [ "$(log | grep -c 'no CPUs')" -eq 1 ]
assert [ "$(placements "$PID")" -eq 0 ]

fill_cpuset "$root/$CG"
fill_cpuset "$root/$CG/a"
as "$BASE_UID" "$BASE_UID" "$prog"
for name in cpu cpuset pids; do
	assert_in "$PID" "$name" "$CG/a"
done
stop_daemon
