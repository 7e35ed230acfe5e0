#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each error that the kernel knows for a move: said once, with its cause and what helps; counted; the
# others are placed meanwhile; and the same works when the cause is gone. Of a rule with two
# controllers, nothing is left half done.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
make_group "$CG/a"
make_group "$CG/b"
make_group "$CG/c"
make_group "$CG/d"
prog=$(program prog)
rules <<E
$n          $C1,$C2  $CG/a
$((n + 1))  $C1      $CG/b
$((n + 2))  $C1      $CG/c
%           $C2      $CG/d
E
start_faulty_daemon

where_from=$(where $$ "$C1")
failed=
all=0
# EBUSY 16, ENOSPC 28, EINVAL 22, EOPNOTSUPP 95, EACCES 13, ENODEV 19, EPERM 1, EIO 5, ENOMEM 12
for case in "16:controllers to groups below" "28:cpuset.cpus" "22:cpu.rt_runtime_us" "95:threaded" "13:." \
	"19:removed" "1:permitted" "5:error" "12:memory"; do
	errno=${case%%:*}
	mark_log
	fault write "$errno" "$CG/a"
	pids=
	for _ in 1 2 3; do
		as "$n" "$n" "$prog"
		pids="$pids $PID"
	done
	as $((n + 1)) "$n" "$prog"
	wait_for 5 is_in "$PID" "$C1" "$CG/b" || failed="$failed $errno(others)"
	stop "$PID"
	settle
	for pid in $pids; do
		is_in "$pid" "$C1" "$where_from" && is_in "$pid" "$C2" "$(where $$ "$C2")" ||
			failed="$failed $errno(moved)"
		stop "$pid"
	done
	[ "$(log | grep -c 'stays where it is')" -eq 1 ] ||
		failed="$failed $errno(said $(log | grep -c 'stays where it is') times)"
	log | grep 'stays where it is' | grep -q "${case#*:}" || failed="$failed $errno(cause)"
	fault none
	as "$n" "$n" "$prog"
	wait_for 5 is_in "$PID" "$C1" "$CG/a" || failed="$failed $errno(afterwards)"
	wait_for 5 is_in "$PID" "$C2" "$CG/a" || failed="$failed $errno(afterwards)"
	stop "$PID"
	all=$((all + 5))
	daemon_lives
done

# The second of two moves fails: the first is taken back. On v2 there is only one.
if [ "$MODE" != v2 ]; then
	for which in c d; do
		fault write 16 "$CG/$which"
		as $((n + 2)) "$n" "$prog"
		settle
		is_in "$PID" "$C1" "$where_from" && is_in "$PID" "$C2" "$(where $$ "$C2")" ||
			failed="$failed half-done($which)"
	done
	fault none
	all=$((all + 1))
fi
settle
stop_daemon
count=$(statistic failed)
[ "${count:-0}" -ge 27 ] || failed="$failed counted($count)"
if [ -z "$failed" ]; then
	figure 9 "9 errors of a move: said once, counted, others go on, works afterwards" $all $all 0 0 0
else
	fail "$failed"
fi
