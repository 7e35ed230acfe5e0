#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Hierarchies without controllers: rules say name=foo (or libcgroup's "systemd"). A star means the others of v1 and
# the v2 tree, and never name=systemd.
. "$(dirname "$0")/../../lib.sh"

# In a v2 machine they are mounted by whoever wants one, as elogind does.
mounted() {
	has_controller "name=$1" && return
	mkdir -p "$T/$1"
	mount -t cgroup -o "none,name=$1" cgroup "$T/$1"
}
mounted foo || skip "linux $(uname -r) mounts no named v1 hierarchy"
mounted systemd
alice=$(id -u alice) bob=$(id -u bob) carol=$(id -u carol)
for name in a b c; do
	make_group_everywhere "$CG/$name"
	make_group "$CG/$name" name=systemd
done
rules <<E
alice       name=foo            $CG/a
bob         $C1,systemd         $CG/b
carol:prog  *                   $CG/c
carol:other name=systemd        $CG/c
%           name=foo            $CG/c/%P
E
prog=$(program prog)
start_daemon

as "$alice" "$alice" "$prog"
assert_in "$PID" name=foo "$CG/a"
assert_unmoved "$PID" "$C1" "$C2" name=systemd
as "$bob" "$bob" "$prog"
assert_in "$PID" name=systemd "$CG/b"
assert_in "$PID" "$C1" "$CG/b"
assert_unmoved "$PID" name=foo
as "$carol" "$carol" "$prog"
assert_in_all "$PID" "$CG/c"
assert_in "$PID" name=foo "$CG/c"
assert_unmoved "$PID" name=systemd
as "$carol" "$carol" "$(program other)"
assert_in "$PID" name=systemd "$CG/c"
assert_in "$PID" name=foo "$CG/c/$PID"
assert_unmoved "$PID" "$C1"
stop_daemon
