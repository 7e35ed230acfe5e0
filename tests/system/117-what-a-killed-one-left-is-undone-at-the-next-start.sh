#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm: yes
# needs: program:auditctl
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

echo x >"$T/file"
for moment in 0.01 0.05 0.1 0.5 1; do
	"$T/bin/cgred-audit" -s "$T/state" "rwx:$T/file" "rwx:$T" >"$EVENTS" 2>&1 &
	LISTENER=$!
	sleep $moment
	kill -KILL "$LISTENER"
	wait "$LISTENER" 2>/dev/null || :
done
assert test -e "$T/state"
auditctl -l | grep -q "key=cgred_" || fail "the last one had set its rules: $(auditctl -l)"

# In a storm, too.
listen "r:$T/settle"
[ "$(auditctl -l | grep -c key=cgred_)" -eq 1 ] || fail "rules of the killed are left: $(auditctl -l)"
start "$T/bin/opens" 2 1000000 2000 "$T/settle"
sleep 0.5
kill -KILL "$LISTENER"
wait "$LISTENER" 2>/dev/null || :
listen "w:$T/file"
auditctl -l | grep -q "path=$T/settle" && fail "a rule of the killed is left"
stop "$PID"
for pid in $(ours bin/opens); do kill -9 "$pid" 2>/dev/null || :; done
stop_listening
as_found

# What is of an earlier boot, or broken, is not believed.
echo "cgred-audit 1 00000000-0000-0000-0000-000000000000" >"$T/state"
listen "r:$T/settle"
settle_events
stop_listening
as_found
