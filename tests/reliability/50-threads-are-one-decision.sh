#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program with 64 threads changes its ids: 65 events of each kind, one decision, one move of all.
#
# vm: yes
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
C=$C2 # real-time processes cannot go into every cpu group of v1
make_group "$CG/threads"
rules <<E
$n  $C  $CG/threads
E
start_daemon
times=$((5 * ROUNDS))
wrong=0
rt=fifo
"$T/bin/steps" fifo >/dev/null 2>&1 || rt=other
for _ in $(seq $times); do
	steps threads 64 $rt ms 50 gid "$n" uid "$n" idle
	assert_in "$PID" "$C" "$CG/threads"
	settle
	[ "$(placements "$PID")" -eq 1 ] || fail "$(placements "$PID") placements of $PID"
	for task in /proc/"$PID"/task/*; do
		[ "$(where "$PID/task/${task##*/}" "$C")" = "$CG/threads" ] || wrong=$((wrong + 1))
	done
	stop "$PID"
done
figure 5 "setgid and setuid of 65 threads: one decision" $times $times $wrong 0 0
[ $wrong -eq 0 ] || fail "$wrong threads are elsewhere"
stop_daemon
