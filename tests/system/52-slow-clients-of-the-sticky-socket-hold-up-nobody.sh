#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In pieces, late, half, never, gone, deaf: each gets its due, and nobody else waits for it.
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
target=$PID

for _ in 1 2 3 4 5 6 7 8; do
	start "$T/bin/sticky" "$socket" "$target" 0 never
	start "$T/bin/sticky" "$socket" "$target" 0 gone
	start "$T/bin/sticky" "$socket" "$target" 0 deaf
done
start "$T/bin/sticky" "$socket" "$target" 0 late
late=$OUT
start "$T/bin/sticky" "$socket" "$target" 0 half
half=$OUT

began=$(seconds)
assert [ "$("$T/bin/sticky" "$socket" "$target" 0)" = SUCCESS_STORE_PID ]
assert [ "$("$T/bin/sticky" "$socket" "$target" 0 pieces)" = SUCCESS_STORE_PID ]
settle
assert [ $(($(seconds) - began)) -le $((2 * SCALE)) ]
assert_eventually grep -q SUCCESS_STORE_PID "$late"
assert_eventually grep -q SUCCESS_STORE_PID "$half"

stop "$target"
assert [ "$("$T/bin/sticky" "$socket" "$target" 0)" = closed ]
assert [ "$("$T/bin/sticky" "$socket" 0 0)" = closed ]
assert [ "$("$T/bin/sticky" "$socket" -1 0)" = closed ]
as "$n" "$n" "$prog"
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
