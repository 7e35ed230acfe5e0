#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Subscribed first, scanned second: what begins while a daemon starts is placed, and once. Started
# again and again in the middle of a storm, after SIGKILL and after SIGTERM.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
count=$((LIVING / 10))
# Fewer have all begun before the daemon has.
[ "$count" -ge 500 ] || [ "${CGRED_VM-}" = 1 ] || count=500
times=$((6 * ROUNDS))
helper storm
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n  $C1  $CG/a
E
all=0 lost=0
for round in $(seq $times); do
	start "$T/bin/storm" "$count" "$n" "$prog" "$count" 0
	storm=$PID
	mark_log
	launch -v -v --scan
	wait_for 10 says_ready || fail "the daemon is not ready"
	wait_for 110 says '^done' || fail "the storm does not end"
	wait_for 10 has_count "$CG/a" "$count" || :
	grep -v '^done' "$OUT" >"$T/living"
	all=$((all + count))
	lost=$((lost + $(missing "$CG/a" "$T/living" | wc -l)))
	twice=$(log | sed -n 's/.*placed \([0-9]*\) (.*/\1/p' | sort | uniq -d)
	[ -z "$twice" ] || fail "placed twice: $twice"
	if [ $((round % 2)) -eq 0 ]; then
		stop "$DAEMON"
	else
		stop_daemon
	fi
	stop "$storm"
	wait_for 10 has_count "$CG/a" 0 || fail "the storm does not go"
done

# Who begins a moment after the daemon is ready, on a machine that takes seconds to subscribe.
faults_file
fault subscribe 1000
for round in 1 2 3; do
	mark_log
	LD_PRELOAD=$T/bin/faults.so launch -v -v --scan
	wait_for 10 says_ready || fail "the daemon is not ready"
	sleep 0.3
	as "$n" "$n" "$prog"
	begun=$PID
	settle
	is_in "$begun" "$C1" "$CG/a" || lost=$((lost + 1))
	all=$((all + 1))
	stop_daemon
	stop "$begun"
done
figure 3 "started with --scan in the middle of a storm, $times times, and where it subscribes slowly, 3 times" "$all" $((all - lost)) 0 "$lost" 0
[ $lost -eq 0 ] || fail "$lost of $all are not in the group"
