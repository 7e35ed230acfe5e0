#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A part of the tree belongs to alice; her programs start in a group of it. What she makes below that and moves
# there herself stays there. What bob has is none of hers.
#
# needs: program:setpriv
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice) bob=$(id -u bob)
for name in "$C1" "$C2"; do
	make_group "$CG/alice/start" "$name"
	make_group "$CG/bob" "$name"
	dir=$(group_dir "$name" "$CG/alice")
	chown -R "$alice:$alice" "$dir"
done
root=$(hierarchy "$C1")
rules <<E
alice  $C1  $CG/alice/start
bob    $C1  $CG/bob
E
prog=$(program prog)
start_daemon
as "$alice" "$alice" "$prog"
mine=$PID
assert_in "$mine" "$C1" "$CG/alice/start"

as_alice() {
	/usr/bin/setpriv --reuid="$alice" --regid="$alice" --clear-groups sh -c "$1"
}
as_alice "mkdir $root/$CG/alice/start/sub && echo $mine >$root/$CG/alice/start/sub/cgroup.procs" ||
	fail "alice cannot use her groups"
assert_in "$mine" "$C1" "$CG/alice/start/sub"
# An exec there, of a child that she starts there.
steps enter "$root/$CG/alice/start/sub/cgroup.procs" groups "" gid "$alice" uid "$alice" exec "$prog"
assert_runs "$prog"
settle
assert_in "$PID" "$C1" "$CG/alice/start/sub"
assert_in "$mine" "$C1" "$CG/alice/start/sub"

as "$bob" "$bob" "$prog"
assert_in "$PID" "$C1" "$CG/bob"
! as_alice "echo $mine >$root/$CG/bob/cgroup.procs" 2>/dev/null || fail "alice can use bob's group"

# She removes what her rule names: her processes stay where they are, nobody else's suffer.
members=$(cat "$root/$CG/alice/start/sub/cgroup.procs")
for pid in $members; do
	stop "$pid"
done
gone() {
	as_alice "cd $root/$CG/alice && rmdir start/sub; rmdir start" 2>/dev/null
}
# Her own shell is placed there, too, and would keep the group in use.
kill -STOP "$DAEMON"
assert_eventually gone
kill -CONT "$DAEMON"
as "$alice" "$alice" "$prog"
assert_runs "$prog"
assert_unmoved "$PID"
assert_logged "rules:1: .*(does not exist|No such file)"
as "$bob" "$bob" "$prog"
assert_in "$PID" "$C1" "$CG/bob"
as_alice "mkdir $root/$CG/alice/start"
fill_cpuset "$root/$CG/alice/start"
as "$alice" "$alice" "$prog"
assert_in "$PID" "$C1" "$CG/alice/start"
stop_daemon
