#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# With few process numbers, and a daemon that is stopped again and again while thousands of processes
# begin and end: only those of the rule are in the group afterwards.
#
# vm-only
# vm: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
helper storm
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n:prog  $C1  $CG/a
E
start_daemon_plain -v
was=$(cat /proc/sys/kernel/pid_max)
restore() {
	_kept=$?
	echo "$was" >/proc/sys/kernel/pid_max
	set +e
	(exit $_kept)
	cleanup
}
trap restore EXIT
# New ones are taken from 300 on.
echo 450 >/proc/sys/kernel/pid_max || skip "pid_max cannot be 450 here"
churns=$((1500 * ROUNDS))
all=0 lost=0 wrong=0
for _ in 1 2 3 4; do
	kill -STOP "$DAEMON"
	start "$T/bin/storm" 40 "$n" "$prog" $churns 0
	storm=$PID
	wait_for 110 says '^done' || fail "the storm does not end"
	kill -CONT "$DAEMON"
	grep -v '^done' "$OUT" | awk 'NR % 2 == 0' >"$T/living"
	wait_for 10 none_missing "$CG/a" "$T/living" || :
	settle
	all=$((all + 20))
	lost=$((lost + $(missing "$CG/a" "$T/living" | wc -l)))
	wrong=$((wrong + $(foreign "$CG/a" "$T/living" | wc -l)))
	stop "$storm"
	wait_for 10 has_count "$CG/a" 0 || fail "the storm does not go"
done
stop_daemon
figure 6 "pid_max 450, $((4 * churns)) processes while the daemon was stopped" $all $((all - lost)) $wrong \
	$lost "$(statistic dropped)"
[ $lost -eq 0 ] || fail "$lost of $all are not in the group"
[ $wrong -eq 0 ] || fail "$wrong strangers are in the group"
