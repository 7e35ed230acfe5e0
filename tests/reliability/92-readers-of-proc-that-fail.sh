#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# No descriptors, no memory, errors of reads, in the middle of decisions: said once, and those that
# could not be read are placed when they can be.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n:prog  $C1  $CG/a
E
start_faulty_daemon
all=0
failed=
# First that of the group, while it is not open yet. EMFILE 24, ENFILE 23, ENOMEM 12, EIO 5, EAGAIN 11
for case in "open 24 cgroup.procs" "open 24 /" "open 24 status" "open 24 cgroup" "open 23 stat" "open 12 status" \
	"read 5 status" "read 12 cgroup" "calloc 12" "malloc 12"; do
	mark_log
	fault "$case"
	: >"$T/pids"
	for _ in 1 2 3 4 5; do
		as "$n" "$n" "$prog"
		echo "$PID" >>"$T/pids"
	done
	sleep 0.5
	daemon_lives
	fault none
	wait_for 5 none_missing "$CG/a" "$T/pids" ||
		failed="$failed ($case: $(missing "$CG/a" "$T/pids" | wc -l) lost)"
	lines=$(log | grep -cv placed || :)
	[ "$lines" -le 4 ] || failed="$failed ($case: $lines lines in the log)"
	as "$n" "$n" "$prog"
	wait_for 5 is_in "$PID" "$C1" "$CG/a" || failed="$failed ($case: not afterwards)"
	all=$((all + 6))
	while read -r pid; do
		stop "$pid"
	done <"$T/pids"
done
settle
stop_daemon
[ -z "$failed" ] || fail "$failed"
figure 9 "no descriptors, no memory, errors of reads for half a second" $all $all 0 0 0
