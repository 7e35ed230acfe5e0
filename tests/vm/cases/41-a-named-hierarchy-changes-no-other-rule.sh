#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# On a v2 machine somebody mounts a v1 hierarchy without controllers (as elogind does): rules that name controllers
# of v1 go on to mean the v2 tree.
#
# modes: v2
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice)
make_group "$CG/a" cgroup
rules <<E
alice  cpu,freezer,cpuacct,blkio  $CG/a
E
prog=$(program prog)
start_daemon
as "$alice" "$alice" "$prog"
assert_in "$PID" cgroup "$CG/a"
mkdir "$T/foo"
mount -t cgroup -o none,name=foo cgroup "$T/foo" ||
	skip "linux $(uname -r) mounts no named v1 hierarchy"
settle
as "$alice" "$alice" "$prog"
assert_in "$PID" cgroup "$CG/a"
assert_not_logged "no hierarchy with"
stop_daemon
