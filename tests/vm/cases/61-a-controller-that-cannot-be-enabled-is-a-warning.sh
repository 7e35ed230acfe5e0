#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Processes in a group on the way keep the kernel from enabling a controller below it (v2): the process moves all
# the same, and the log says once that the limits have no effect. When they have left, it is enabled.
#
# modes: v2
# needs: controller:memory
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice)
mkdir -p "$V2_ROOT/$CG/full/a"
steps enter "$V2_ROOT/$CG/full/cgroup.procs" idle
inner=$PID
assert_in "$inner" cgroup "$CG/full"
rules <<E
alice  memory,nosuch  $CG/full/a
bob    memory         $CG/full/a
E
prog=$(program prog)
start_daemon
for _ in 1 2 3; do
	as "$(id -u bob)" "$(id -u bob)" "$prog"
	assert_in "$PID" cgroup "$CG/full/a"
	stop "$PID"
done
assert_logged "warning: .*\"memory\" cannot be enabled for group \"$CG/full/a\""
assert [ "$(log | grep -c 'cannot be enabled')" -eq 1 ]
assert [ ! -e "$V2_ROOT/$CG/full/a/memory.max" ]
# That is another matter: there is no such controller.
as "$alice" "$alice" "$prog"
assert_runs "$prog"
assert_unmoved "$PID" cgroup
assert_logged 'rules:1: .*"nosuch"'

stop "$inner"
enabled() {
	as "$(id -u bob)" "$(id -u bob)" "$prog"
	assert_in "$PID" cgroup "$CG/full/a"
	stop "$PID"
	[ -e "$V2_ROOT/$CG/full/a/memory.max" ]
}
wait_for 20 enabled || fail "memory is never enabled"
stop_daemon
