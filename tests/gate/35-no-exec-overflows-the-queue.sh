#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# However many execs are held at once, none goes on unplaced because the kernel's queue is full.
#
# vm: yes
# vm-only
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"
helper freeze

queue=/proc/sys/fs/fanotify/max_queued_events
[ -e "$queue" ] || skip "$queue is not there"
echo 4 >$queue
make_group "$CG/a"
first=$(first first)
rules <<E
$n:$first  $C1  $CG/a
E
start_gate
kill -STOP "$(guard)" # nobody else answers
gate=
for task in /proc/"$DAEMON"/task/*; do
	[ "$(awk '{ print $1 }' "$task/syscall" 2>/dev/null)" != 7 ] || gate=${task##*/}
done
[ -n "$gate" ] || skip "which thread is the gate's cannot be told"
start "$T/bin/freeze" "$gate"
freezer=$PID
wait_for 5 says frozen || fail "it cannot be stopped: $(cat "$OUT")"
TIMES=20
start many fork "$first"
eight_held() {
	[ "$(grep -l '^State:.D' /proc/[0-9]*/status 2>/dev/null | wc -l)" -ge 8 ]
}
wait_for 5 eight_held || fail "they are not held"
kill -9 "$freezer"
kill -CONT "$(guard)"
wait "$PID"
[ "$(saw "$CG/a")" -eq 20 ] || fail "$(saw "$CG/a") of 20 ran in the group"
stop_daemon
