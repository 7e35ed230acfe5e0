#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A rule may name the daemon's own executable, and the shell that starts it: neither the daemon nor the next one
# waits for itself, and both are placed for whom the rule is.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

make_group "$CG/a"
cp "$(readlink -f /bin/sh)" "$T/bin/sh"
cp "$T/bin/steps" "$T/bin/first-steps"
rules <<E
$n:$T/bin/*  $C1  $CG/a
E
start_gate

# The executable and the shell, by the user of the rule and by root.
as "$n" "$n" "$T/bin/sh" -c "read line <$T/rules; cat /proc/self/cgroup; exec $CGRED --check --config $T/rules"
wait_for 5 is_gone "$PID" || fail "the daemon's program is held"
[ "$(saw "$CG/a")" -eq 1 ] || fail "the shell is not in its group: $(cat "$OUT")"
check
"$T/bin/sh" -c :
kill -USR2 "$DAEMON"
settle

# The next daemon begins while this one hangs, and when it was killed; through the shell.
kill -STOP "$DAEMON"
start "$T/bin/sh" -c "exec $CGRED --nodaemon --nolog --config $T/rules --runtime-dir $RUN_DIR"
wait_for 10 is_gone "$PID" || fail "a second daemon waits for the first"
kill -KILL "$DAEMON"
wait "$DAEMON" 2>/dev/null || :
cp "$T/bin/cgred" "$T/bin/next" # named by the rule like all in this directory
CGRED=$T/bin/next
start_gate
start "$T/bin/first-steps" say over
wait_for 5 says over
stop_daemon
