#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The daemon keeps nobody from unmounting a hierarchy; its rules fail then, and say so once, and work again when it
# is mounted anew, also at another place.
. "$(dirname "$0")/../../lib.sh"

private_mounts
alice=$(id -u alice) bob=$(id -u bob)
mkdir "$T/one" "$T/two"
mount -t cgroup -o none,name=coming cgroup "$T/one" ||
	skip "linux $(uname -r) mounts no named v1 hierarchy"
make_group "$CG/a" "$C1" name=coming
rules <<E
alice  name=coming      $CG/a
bob    $C1,name=coming  $CG/a
E
prog=$(program prog)
start_daemon
as "$alice" "$alice" "$prog"
assert_in "$PID" name=coming "$CG/a"
stop "$PID"

umount "$T/one" || fail "it cannot be unmounted"
assert_logged "hierarchies have changed"
for _ in 1 2; do
	as "$bob" "$bob" "$prog"
	assert_runs "$prog"
	assert_unmoved "$PID" "$C1"
	stop "$PID"
done
assert_logged 'rules:2: .*"name=coming"'
assert [ "$(log | grep -c 'rules:2: .*"name=coming"')" -eq 1 ]

mark_log
mount -t cgroup -o none,name=coming cgroup "$T/two"
make_group "$CG/a" name=coming
assert_logged "hierarchies have changed"
as "$bob" "$bob" "$prog"
assert_in "$PID" name=coming "$CG/a"
assert_in "$PID" "$C1" "$CG/a"
stop "$PID"

# Moved, and mounted a second time.
mount --move "$T/two" "$T/one"
as "$alice" "$alice" "$prog"
assert_in "$PID" name=coming "$CG/a"
mount -t cgroup -o none,name=coming cgroup "$T/two"
umount "$T/one"
as "$alice" "$alice" "$prog"
assert_in "$PID" name=coming "$CG/a"
daemon_lives
stop_daemon
