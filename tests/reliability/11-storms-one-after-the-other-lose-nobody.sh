#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the middle of storms the daemon is stopped until the kernel has dropped events, continued for a
# moment, stopped again: losses during the recovery from a loss.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
count=$((LIVING / 20))
helper storm
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n  $C1  $CG/a
E
start_daemon_plain -v

has_dropped() {
	[ "$(drops)" -gt "$1" ]
}
all=0 lost=0 wrong=0 slowest=0
storms=$((5 * ROUNDS))
[ "${CGRED_VM-}" != 1 ] || storms=2
for _ in $(seq $storms); do
	start "$T/bin/storm" "$count" "$n" "$prog" $CHURN $FLOOD
	storm=$PID
	until says '^done'; do
		kill -STOP "$DAEMON"
		before=$(drops)
		until has_dropped "$before" || says '^done'; do
			sleep 0.1
		done
		kill -CONT "$DAEMON"
		sleep 0.05
	done
	began=$(now_ms)
	wait_for 20 has_count "$CG/a" "$count" || :
	took=$(($(now_ms) - began))
	[ $took -le $slowest ] || slowest=$took
	grep -v '^done' "$OUT" >"$T/living"
	all=$((all + count))
	lost=$((lost + $(missing "$CG/a" "$T/living" | wc -l)))
	[ "$lost" -eq 0 ] || break
	wrong=$((wrong + $(foreign "$CG/a" "$T/living" | wc -l)))
	stop "$storm"
	wait_for 10 has_count "$CG/a" 0 || fail "the storm does not go"
done
settle
stop_daemon
overruns=$(statistic overruns)
figure 1 "$storms storms, the daemon stopped until events are dropped, again and again" "$all" \
	$((all - lost)) "$wrong" "$lost" "$(statistic dropped)" "$overruns overruns, slowest $slowest ms"
[ "$lost" -eq 0 ] || fail "$lost of $all are not in the group"
[ "$wrong" -eq 0 ] || fail "$wrong others are in the group"
[ "$overruns" -ge "$storms" ] || fail "$overruns overruns only: this was no storm"
