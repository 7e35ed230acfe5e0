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
old=$PID

# Asked for before the daemon has read that the process was forked.
kill -STOP "$DAEMON"
steps wait "$T/go2" gid "$n" uid "$n" exec "$prog"
young=$PID
start "$T/bin/sticky" "$socket" "$young" 1
client=$PID
is_sleeping() {
	grep -q '^State:.S' "/proc/$client/status"
}
wait_for 5 is_sleeping || fail "the client does not wait"
kill -CONT "$DAEMON"
wait "$client" || fail "the client has no answer"
: >"$T/go2"
PID=$young
assert_runs "$prog"
assert_unmoved "$PID"
stop "$PID"

last_pid=/proc/sys/kernel/ns_last_pid
[ -w "$last_pid" ] || stop_daemon
[ -w "$last_pid" ] || exit 0
stop "$old"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	echo $((old - 1)) >"$last_pid"
	as "$n" "$n" "$prog"
	[ "$PID" != "$old" ] || break
done
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
