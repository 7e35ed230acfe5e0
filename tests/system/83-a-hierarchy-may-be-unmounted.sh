#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Its rules fail then, the others go on to work. A hierarchy without controllers, of this test.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

private_mounts
n=$BASE_UID
name=cgredtest$$
mkdir "$T/named"
mount -t cgroup -o "none,name=$name" cgredtest "$T/named" 2>/dev/null ||
	skip "no named v1 hierarchies on this kernel"
make_group "$CG/a" "$C1" "name=$name"
rules <<E
$n          name=$name  $CG/a
$((n + 1))  $C1         $CG/a
E
start_daemon
prog=$(program prog)
as "$n" "$n" "$prog"
assert_in "$PID" "name=$name" "$CG/a"
stop "$PID"

rmdir "$T/named/$CG/a" "$T/named/$CG"
umount "$T/named" 2>/dev/null || umount -l "$T/named"
for _ in 1 2 3; do
	as "$n" "$n" "$prog"
	as $((n + 1)) "$n" "$prog"
	assert_in "$PID" "$C1" "$CG/a"
	daemon_lives
	settle
	kill -USR2 "$DAEMON"
done
stop_daemon
