#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A process in the group of a container is not the host's to move.
# vm-only
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n  $C1  $CG/a
E
id=$(printf '%064x' $$)
make_group "docker/$id" "$C1"
make_group "$CG/docker-like" "$C1"
prog=$(program prog)
start_daemon

steps enter "$(group_dir "$C1" "docker/$id")/cgroup.procs" gid "$n" uid "$n" exec "$prog"
assert_runs "$prog"
settle
is_in "$PID" "$C1" "docker/$id" || fail "moved to '$(where "$PID" "$C1")'"
stop "$PID"
steps enter "$(group_dir "$C1" "$CG/docker-like")/cgroup.procs" gid "$n" uid "$n" exec "$prog"
assert_in "$PID" "$C1" "$CG/a"
wait_for 5 rmdir "$(group_dir "$C1" "docker/$id")" 2>/dev/null || fail "cannot remove the group"
rmdir "$(group_dir "$C1" docker)"
stop_daemon
