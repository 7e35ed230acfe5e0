#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# And dropped when the process ends: another one that gets its number is placed.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
socket=$T/run/cgred.socket
make_group "$CG/a"
rules <<E
$n:prog  $C1  $CG/a
E
start_daemon
prog=$(program prog)

steps gid "$n" uid "$n" wait "$T/go" exec "$prog"
assert [ "$("$T/bin/sticky" "$socket" "$PID" 1)" = SUCCESS_STORE_PID ]
echo "$n:prog $C1 $CG/a" | reload
: >"$T/go"
assert_runs "$prog"
assert_unmoved "$PID"

last_pid=/proc/sys/kernel/ns_last_pid
[ -w "$last_pid" ] || stop_daemon
[ -w "$last_pid" ] || exit 0
old=$PID
stop "$old"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	echo $((old - 1)) >"$last_pid"
	as "$n" "$n" "$prog"
	[ "$PID" != "$old" ] || break
done
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
