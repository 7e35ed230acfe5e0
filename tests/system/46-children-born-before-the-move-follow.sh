#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a program forks before the daemon can act is in the group of its parent in the end.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n:prog  $C1,$C2  $CG/a
E
cp "$T/bin/steps" "$T/bin/prog"
start_daemon

kill -STOP "$DAEMON"
as "$n" "$n" "$T/bin/prog" fork fork fork idle
all_born() {
	[ "$(grep -c '^child' "$OUT")" -eq 3 ]
}
assert_eventually all_born
kill -CONT "$DAEMON"
assert_in "$PID" "$C1" "$CG/a"
while read -r _ child; do
	assert_in "$child" "$C1" "$CG/a"
	assert_in "$child" "$C2" "$CG/a"
done <"$OUT"
stop_daemon
