#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Without CAP_SYS_ADMIN, or with --sync=never, the log says that and why there is no gate, and programs are
# placed after their start. What the gate does not see, it leaves to the events, too.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

make_group "$CG/a"
prog=$(program prog)
rules <<E
$n:$prog      $C1  $CG/a
$n:elsewhere  $C1  $CG/a
E

# Its exec comes when its changes of ids have been decided about: on a slow machine these find the program already.
start_late() {
	steps groups "" gid "$n" uid "$n" ms $((200 * SCALE)) exec "$prog"
}

start_gate
# A base name is looked for in the usual directories of programs: this is none.
as "$n" "$n" "$(program elsewhere)"
assert_in "$PID" "$C1" "$CG/a"
assert_runs "$T/bin/elsewhere"
stop "$PID"
stop_daemon

SYNC=never
start_daemon
assert_logged 'the exec gate stays closed \(--sync=never\)'
start_late
assert_in "$PID" "$C1" "$CG/a"
assert_logged "placed $PID .* after exec"
stop "$PID"
stop_daemon

SYNC=auto
mark_log
"$T/bin/steps" bound exec "$CGRED" --nodaemon --nolog --config "$T/rules" --cgconfig "$T/cgconfig.conf" \
	--runtime-dir "$RUN_DIR" -v -v </dev/null >>"$LOG" 2>&1 &
DAEMON=$!
wait_for 10 says_ready || fail "the daemon is not ready"
settle
assert_logged 'no exec gate \(fanotify_init: Operation not permitted\)'
start_late
assert_in "$PID" "$C1" "$CG/a"
assert_logged "placed $PID .* after exec"
stop_daemon
