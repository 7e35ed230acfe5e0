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
mark_log
launch -v -v -v
wait_for 10 says_ready || fail "the daemon is not ready"
settle
# How often the process was decided about since the mark, whatever came of it.
decisions() {
	log | grep -Ec "(placed|debug: [a-z ]*:) $PID (\(|after)" || :
}
times=$((5 * ROUNDS))
wrong=0
most=0
# Where 130 system calls take longer than the daemon waits for the rest, it decides in between.
allowed=2
[ "${CGRED_VM-}" != 1 ] || allowed=13
rt=fifo
"$T/bin/steps" fifo >/dev/null 2>&1 || rt=other
for _ in $(seq $times); do
	rm -f "$T/go"
	steps $rt threads 64 say ready wait "$T/go" gid "$n" uid "$n" idle
	wait_for 5 says '^ready' || fail "no threads: $(cat "$OUT")"
	settle
	mark_log
	: >"$T/go"
	assert_in "$PID" "$C" "$CG/threads"
	settle
	[ "$(placements "$PID")" -eq 1 ] || fail "$(placements "$PID") placements of $PID"
	_decisions=$(decisions)
	[ "$_decisions" -gt 0 ] || fail "the log does not tell of $PID: $(log | head -n 5)"
	[ "$_decisions" -le "$most" ] || most=$_decisions
	for task in /proc/"$PID"/task/*; do
		[ "$(where "$PID/task/${task##*/}" "$C")" = "$CG/threads" ] || wrong=$((wrong + 1))
	done
	stop "$PID"
done
figure 5 "setgid and setuid of 65 threads" $times $times $wrong 0 0 "130 events, $most decision(s), 1 move"
[ "$most" -le $allowed ] || fail "$most decisions about 130 events"
[ $wrong -eq 0 ] || fail "$wrong threads are elsewhere"
stop_daemon
