#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Root any process, the others (of the socket's group) their own; the socket belongs to whom -u and -g
# name.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

new_group s
group=$NEW gid=$NEW_ID
new_user a
n=$BASE_UID
socket=$T/run/cgred.socket
make_group "$CG/a"
rules <<E
$n:prog          $C1  $CG/a
$((n + 1)):prog  $C1  $CG/a
E
start_daemon -u "$NEW" -g "$group"
assert [ "$(stat -c %u:%g:%a "$socket")" = "$NEW_ID:$gid:660" ]
prog=$(program prog)

# ask UID PID: that user's request, which is answered in OUT.
ask() {
	steps groups "$gid" gid "$n" uid "$1" exec "$T/bin/sticky" "$socket" "$2" 0
	wait "$PID" || fail "uid $1 cannot use the socket: $(cat "$OUT")"
}
steps gid "$n" uid "$n" say ready wait "$T/go" exec "$prog"
own=$PID
assert_eventually says ready
steps gid "$n" uid $((n + 1)) say ready wait "$T/go" exec "$prog"
others=$PID
assert_eventually says ready
ask "$n" "$own"
assert says SUCCESS_STORE_PID
ask "$n" "$others"
assert says closed
: >"$T/go"
assert_in "$others" "$C1" "$CG/a"
assert_unmoved "$own"

steps groups "" gid "$n" uid "$n" exec "$T/bin/sticky" "$socket" "$own" 0
! wait "$PID" || fail "a user outside the socket's group can connect"
stop_daemon

start_daemon --socket-user "$NEW_ID" --socket-group "$gid"
assert [ "$(stat -c %u:%g:%a "$socket")" = "$NEW_ID:$gid:660" ]
stop_daemon
