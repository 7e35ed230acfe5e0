#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# setgid, setuid and exec of one process, a millisecond apart: one move, and no group for an identity in
# between. With CPUs to spare, and with all of them busy.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
C=$C2 # real-time processes cannot go into every cpu group of v1
prog=$(program prog)
rules <<E
$n:prog  $C  $CG/final-%U-%G
@$n      $C  $CG/between-%U-%G-%p
$n       $C  $CG/between-%U-%G-%p
E
start_daemon
times=$((20 * ROUNDS))
# Real-time where possible: a sequence is then not interrupted on a busy machine.
rt=fifo
"$T/bin/steps" fifo >/dev/null 2>&1 || rt=other

sequences() {
	: >"$T/pids"
	for _ in $(seq $times); do
		steps $rt ms 50 groups "$n" gid "$n" ms 1 uid "$n" ms 1 exec "$prog"
		echo "$PID" >>"$T/pids"
	done
	while read -r _pid; do
		assert_in "$_pid" "$C" "$CG/final-$n-$n"
	done <"$T/pids"
	settle
	while read -r _pid; do
		[ "$(placements "$_pid")" -eq 1 ] || fail "not one move: $(log | grep -w "$_pid")"
		stop "$_pid"
	done <"$T/pids"
	for _dir in "$(group_dir "$C" "$CG")"/between-*; do
		[ ! -d "$_dir" ] || fail "made for an identity in between: $_dir"
	done
}

sequences
figure 7 "setgid, setuid, exec: one move, idle machine" $times $times 0 0 0
# In an emulated machine with work to do, a millisecond can be longer than the daemon waits.
if [ "${CGRED_VM-}" != 1 ]; then
	under_load $((60 * SCALE)) sequences
	figure 7 "setgid, setuid, exec: one move, both CPUs busy" $times $times 0 0 0
fi
stop_daemon
