#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Without --scan, what ran before the daemon is not moved by the scan that follows an overflow. With
# --scan it is placed, before and after.
#
# vm: yes
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
helper storm
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n  $C1  $CG/a
E
start "$T/bin/storm" 100 "$n" "$prog" 0 0
wait_for 20 says '^done' || fail "no processes"
grep -v '^done' "$OUT" >"$T/old"
assert_runs "$prog" "$(tail -n 1 "$T/old")"
sleep 0.1

overflow() {
	kill -STOP "$DAEMON"
	"$T/bin/steps" flood $FLOOD
	start "$T/bin/storm" 100 "$n" "$prog" 0 0
	storm=$PID
	wait_for 20 says '^done' || fail "no processes"
	kill -CONT "$DAEMON"
}

start_daemon_plain -v
overflow
wait_for 10 has_count "$CG/a" 100 || fail "$(count_in "$CG/a") of 100 are in the group"
settle
assert has_count "$CG/a" 100
grep -v '^done' "$OUT" >"$T/new"
wrong=$(foreign "$CG/a" "$T/new" | wc -l)
figure 1 "processes older than the daemon, without --scan" 100 $((100 - wrong)) "$wrong" 0 0
[ "$wrong" -eq 0 ] || fail "$wrong older processes were moved"
assert_logged 'events were dropped'
stop "$storm"
stop_daemon

start_daemon_plain -v --scan
wait_for 10 none_missing "$CG/a" "$T/old" || fail "not scanned"
overflow
wait_for 10 has_count "$CG/a" 200 || fail "$(count_in "$CG/a") of 200 are in the group"
stop_daemon
