#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Unmounted: its rules fail, and say so once; the others work. Mounted again: they work again, also for
# a process of before. Several times.
#
# vm: yes
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

private_mounts
n=$BASE_UID
name=cgredtest$$
mkdir "$T/named"
mount_it() {
	mount -t cgroup -o "none,name=$name" cgredtest "$T/named" 2>/dev/null
}
mount_it || skip "no named v1 hierarchies on this kernel"
make_group "$CG/a" "$C1" "name=$name"
rules <<E
$n          name=$name  $CG/a
$((n + 1))  $C1         $CG/a
E
start_daemon
prog=$(program prog)
times=$((3 * ROUNDS))
for _ in $(seq $times); do
	as "$n" "$n" "$prog"
	assert_in "$PID" "name=$name" "$CG/a"
	stop "$PID"
	wait_for 5 rmdir "$T/named/$CG/a" 2>/dev/null || fail "the group is busy"
	rmdir "$T/named/$CG"
	mark_log
	umount "$T/named" || fail "the daemon keeps it mounted"
	assert_logged 'hierarchies have changed'
	for _ in 1 2 3; do
		as "$n" "$n" "$prog"
		as $((n + 1)) "$n" "$prog"
		assert_in "$PID" "$C1" "$CG/a"
	done
	settle
	[ "$(log | grep -c 'no hierarchy with the controller')" -eq 1 ] || fail "not said once: $(log)"
	mount_it || fail "cannot mount it again"
	make_group "$CG/a" "name=$name"
	settle
done
as "$n" "$n" "$prog"
assert_in "$PID" "name=$name" "$CG/a"
figure 9 "a hierarchy unmounted and mounted again" $((7 * times + 1)) $((7 * times + 1)) 0 0 0
stop_daemon
rmdir "$T/named/$CG/a" "$T/named/$CG" 2>/dev/null || :
