#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Enabling cpu or pids below a group that has processes would not fail (v2): it would make that group a threaded domain,
# and those below it unusable. They are left as they are: a warning, and the process is placed.
#
# modes: v2
# needs: controller:cpu controller:pids
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice) bob=$(id -u bob)
mkdir -p "$V2_ROOT/$CG/full/a" "$V2_ROOT/$CG/full/b"
echo '+cpu +pids' >"$V2_ROOT/$CG/cgroup.subtree_control"
steps enter "$V2_ROOT/$CG/full/cgroup.procs" idle
inner=$PID
assert_in "$inner" cgroup "$CG/full"
rules <<E
alice  cpu   $CG/full/a
bob    pids  $CG/full/made/%u
E
prog=$(program prog)
start_daemon
as "$alice" "$alice" "$prog"
assert_in "$PID" cgroup "$CG/full/a"
as "$bob" "$bob" "$prog"
assert_in "$PID" cgroup "$CG/full/made/bob"
for group in full full/a full/b full/made/bob; do
	[ "$(cat "$V2_ROOT/$CG/$group/cgroup.type")" = domain ] ||
		fail "$group became $(cat "$V2_ROOT/$CG/$group/cgroup.type")"
done
assert_logged "\"cpu\" cannot be enabled for group \"$CG/full/a\""
stop_daemon
