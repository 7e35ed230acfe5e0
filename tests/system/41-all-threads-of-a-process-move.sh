#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program with threads that changes its uid is moved once, with every thread; and an exec of a
# thread that is not the first counts as any other.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/threads"
rules <<E
$n               $C1  $CG/threads
$((n + 1)):prog  $C1  $CG/threads
E
start_daemon
steps threads 8 gid "$n" uid "$n" idle
assert_in "$PID" "$C1" "$CG/threads"
settle
assert [ "$(placements "$PID")" -eq 1 ]
count=0
for task in /proc/"$PID"/task/*; do
	[ "$(where "$PID/task/${task##*/}" "$C1")" = "$CG/threads" ] || fail "$task is elsewhere"
	count=$((count + 1))
done
assert [ $count -eq 9 ]

steps threads 4 uid $((n + 1)) thread exec "$(program prog)"
assert_in "$PID" "$C1" "$CG/threads"
stop_daemon
