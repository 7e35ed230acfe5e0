#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One placement line, and no group for the identities in between.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
prog=$(program prog)
rules <<E
$n:prog  $C2  $CG/final-%u-%g
@$n      $C2  $CG/between-%u-%g-%p
$n       $C2  $CG/between-%u-%g-%p
E
start_daemon
# Real-time where possible (not in the v1 cpu hierarchy): the sequence is then not interrupted on a
# busy machine. Its own start, an exec too, is over before it.
rt=fifo
"$T/bin/steps" fifo >/dev/null 2>&1 || rt=other
for round in 1 2 3 4 5 6 7 8 9 10; do
	steps $rt ms 50 groups "$n" gid "$n" uid "$n" exec "$prog"
	assert_in "$PID" "$C2" "$CG/final-$n-$n"
	settle
	[ "$(placements "$PID")" -eq 1 ] || fail "round $round: $(log | grep -w "$PID")"
done
for dir in "$(group_dir "$C2" "$CG")"/between-*; do
	[ ! -d "$dir" ] || fail "made for an identity in between: $dir"
done
stop_daemon
