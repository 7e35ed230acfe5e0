#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm: yes
# needs: program:auditctl
# timeout: 300
# For ten seconds: each is an event or said to be lost. Says how much CPU time that takes.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

echo x >"$T/file"
rate=$((5000 / SCALE))
listen -q "rw:$T/file" "r:$T/settle"
kill -USR1 "$LISTENER"
lines=$(dmesg 2>/dev/null | grep -c 'audit: type=' || :)
"$T/bin/opens" 2 $((rate * 5)) $((rate / 2)) "$T/file" >"$T/out"
cat "$T/out"
all_told() {
	kill -USR1 "$LISTENER"
	sleep 0.2
	[ "$(figure events)" = $((rate * 10)) ] || [ "$(figure lost)" -gt 0 ]
}
wait_for 20 all_told || fail "only $(figure events) of $((rate * 10)) are told, and none is said to be lost"
grep '^figures' "$EVENTS" | tail -n 1
echo "lines of audit in the kernel log: $(($(dmesg | grep -c 'audit: type=' || :) - lines))"
stop_listening
as_found
