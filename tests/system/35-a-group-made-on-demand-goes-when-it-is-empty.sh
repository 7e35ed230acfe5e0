#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# With what was made above it; not while it is in use; never a group that was there before.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/kept"
dir=$(group_dir "$C1" "$CG")
[ ! -f "$dir/kept/notify_on_release" ] || echo 1 >"$dir/kept/notify_on_release"
rules <<E
$n          $C1  $CG/kept/%U/%p
$((n + 1))  $C1  $CG/kept
E
start_daemon --remove-empty 1
as "$n" "$n" "$(program prog)"
assert_in "$PID" "$C1" "$CG/kept/$n/prog"
first=$PID
as "$n" "$n" "$(program second)"
assert_in "$PID" "$C1" "$CG/kept/$n/second"
second=$PID
if [ -f "$dir/kept/notify_on_release" ]; then
	assert [ "$(cat "$dir/kept/$n/prog/notify_on_release")" = 0 ]
fi

stop "$first"
wait_for 10 test ! -d "$dir/kept/$n/prog" || fail "the empty group stays"
assert stays_for 2 test -d "$dir/kept/$n/second"
stop "$second"
wait_for 10 test ! -d "$dir/kept/$n" || fail "the group above it stays"
assert stays_for 1 test -d "$dir/kept"

as "$n" "$n" "$T/bin/prog"
assert_in "$PID" "$C1" "$CG/kept/$n/prog"
stop_daemon
