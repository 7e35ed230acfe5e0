#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A group that somebody removes and makes again is used again, without a reload.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n          $C1  $CG/a
$((n + 1))  $C1  $CG/demand-%U
E
start_daemon
prog=$(program prog)
demand=$CG/demand-$((n + 1))
for _ in 1 2 3; do
	as "$n" "$n" "$prog"
	assert_in "$PID" "$C1" "$CG/a"
	stop "$PID"
	wait_for 5 rmdir "$(group_dir "$C1" "$CG/a")" 2>/dev/null || fail "cannot remove it"
	as "$n" "$n" "$prog"
	assert_unmoved "$PID"
	make_group "$CG/a"

	as $((n + 1)) "$n" "$prog"
	assert_in "$PID" "$C1" "$demand"
	stop "$PID"
	wait_for 5 rmdir "$(group_dir "$C1" "$demand")" 2>/dev/null || fail "cannot remove it"
done
stop_daemon
