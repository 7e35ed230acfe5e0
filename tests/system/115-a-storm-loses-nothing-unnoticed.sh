#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm: yes
# needs: program:auditctl
# timeout: 600
# All processors at once, their records among each other: every open is an event, or said to be lost. SIGTERM in
# the middle of it leaves nothing behind. Then a reader that does not read: it is told so afterwards.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

echo x >"$T/file"
count=$((10000 / SCALE / 2 * 2)) # every other one only reads
listen -q "rw:$T/file" "r:$T/settle"
"$T/bin/opens" 4 "$count" 0 "$T/file" >"$T/out"
cat "$T/out"
all_told() {
	kill -USR1 "$LISTENER"
	sleep 0.2
	[ "$(figure events)" = $((count * 4)) ]
}
wait_for 20 all_told || [ "$(figure lost)" -gt 0 ] ||
	fail "only $(figure events) of $((count * 4)) are told, and none is said to be lost"
assert grep -q "opened $((count * 4)) " "$T/out"
[ "$(figure lost)" -gt 0 ] || assert test "$(figure r) $(figure rw)" = "$((count * 2)) $((count * 2))"
grep '^figures' "$EVENTS" | tail -n 1

start "$T/bin/opens" 4 1000000 2000 "$T/file"
sleep 1
stop_listening
stop "$PID"
for pid in $(ours bin/opens); do kill -9 "$pid" 2>/dev/null || :; done
as_found

# More than its buffer holds.
listen -q "rw:$T/file" "r:$T/settle"
kill -STOP "$LISTENER"
"$T/bin/opens" 4 $((30000 / SCALE)) 0 "$T/file"
kill -CONT "$LISTENER"
settled=-1
noticed() {
	kill -USR1 "$LISTENER"
	sleep 0.5
	[ "$(figure events)" -eq "$settled" ] || { settled=$(figure events); return 1; }
	[ "$(figure events)" = $((30000 / SCALE * 4)) ] ||
		{ [ "$(figure lost)" -gt 0 ] && grep -qx lost "$EVENTS"; }
}
wait_for 30 noticed || fail "events are missing, and none is said to be lost"
grep '^figures' "$EVENTS" | tail -n 1
stop_listening
as_found
