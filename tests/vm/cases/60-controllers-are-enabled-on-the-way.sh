#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# On v2 nobody has enabled anything, not even in the root: what a rule names works in its destination, and in
# no more groups than needed. It is taken away later, and comes back.
#
# modes: v2
# needs: controller:pids controller:memory controller:cpu
# vm-only
. "$(dirname "$0")/../../lib.sh"

enabled=$(cat "$V2_ROOT/cgroup.subtree_control")
for name in $enabled; do
	echo "-$name" >"$V2_ROOT/cgroup.subtree_control"
done
alice=$(id -u alice) bob=$(id -u bob) carol=$(id -u carol)
mkdir -p "$V2_ROOT/$CG/a/b/c" "$V2_ROOT/$CG/beside" "$V2_ROOT/$CG/bare"
C1=cgroup
rules <<E
alice  pids,memory  $CG/a/b/c
bob    cpu          $CG/made/%u/x
carol  *            $CG/bare
E
prog=$(program prog)
start_daemon

as "$carol" "$carol" "$prog"
assert_in "$PID" cgroup "$CG/bare"
assert [ -z "$(cat "$V2_ROOT/cgroup.subtree_control")" ]

as "$alice" "$alice" "$prog"
assert_in "$PID" cgroup "$CG/a/b/c"
assert [ -f "$V2_ROOT/$CG/a/b/c/pids.max" ]
assert [ -f "$V2_ROOT/$CG/a/b/c/memory.max" ]
assert [ ! -e "$V2_ROOT/$CG/a/b/c/cpu.weight" ]
assert [ -z "$(cat "$V2_ROOT/$CG/a/b/c/cgroup.subtree_control")" ]
assert [ -z "$(cat "$V2_ROOT/$CG/beside/cgroup.subtree_control")" ]

as "$bob" "$bob" "$prog"
assert_in "$PID" cgroup "$CG/made/bob/x"
assert [ -f "$V2_ROOT/$CG/made/bob/x/cpu.weight" ]
assert [ ! -e "$V2_ROOT/$CG/made/bob/x/memory.max" ]

# A service manager takes them away.
echo -memory >"$V2_ROOT/$CG/a/b/cgroup.subtree_control"
assert [ ! -e "$V2_ROOT/$CG/a/b/c/memory.max" ]
comes_back() {
	as "$alice" "$alice" "$prog"
	assert_in "$PID" cgroup "$CG/a/b/c"
	stop "$PID"
	[ -e "$V2_ROOT/$CG/a/b/c/memory.max" ]
}
wait_for 20 comes_back || fail "memory is not enabled any more"
assert_not_logged "cannot be enabled"
stop_daemon
