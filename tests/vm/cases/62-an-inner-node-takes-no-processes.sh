#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# On v2 a group that hands controllers on to groups below it cannot have processes: the log says so and why, once;
# the process stays where it is; when the group hands on none, it goes there.
#
# modes: v2
# needs: controller:memory
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice)
inner=$V2_ROOT/$CG/inner
mkdir -p "$inner/below"
echo +memory >"$V2_ROOT/$CG/cgroup.subtree_control"
echo +memory >"$inner/cgroup.subtree_control"
rules <<E
alice  memory  $CG/inner
E
prog=$(program prog)
start_daemon
for _ in 1 2 3; do
	as "$alice" "$alice" "$prog"
	assert_runs "$prog"
	assert_unmoved "$PID" cgroup
done
assert_logged "error: .*rules:1: .*\"$CG/inner\".*hands controllers to groups below"
assert [ "$(log | grep -c 'hands controllers')" -eq 1 ]
# What somebody put below stays: that is "in" the destination.
steps enter "$inner/below/cgroup.procs" groups "" gid "$alice" uid "$alice" exec "$prog"
assert_runs "$prog"
settle
assert_in "$PID" cgroup "$CG/inner/below"

echo -memory >"$inner/cgroup.subtree_control"
as "$alice" "$alice" "$prog"
assert_in "$PID" cgroup "$CG/inner"
stop_daemon
