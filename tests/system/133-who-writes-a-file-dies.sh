#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# fetter's fourth example: KILL kills whoever opens a file for writing, and nobody else. So do the other signals.
#
# vm: yes
# needs: program:auditctl
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

for file in forbidden stopped interrupted terminated; do
	echo text >"$T/$file"
	chmod 666 "$T/$file"
done
yaml <<Y
name: $CG
rules:
  deaths:
    paths: [$T/forbidden]
    action: write
    trigger: KILL
  stops:
    paths: [$T/stopped]
    action: write
    trigger: STOP
  interrupts:
    paths: [$T/interrupted]
    action: write
    trigger: [LOG, INTERRUPT]
  terminates:
    paths: [$T/terminated]
    action: read
    trigger: TERM
    users: ["$BASE_UID"]
Y
start_daemon
steps read "$T/forbidden" say living wait "$T/go"
reader=$PID
steps write "$T/forbidden" wait "$T/go"
STATUS=0
wait "$PID" || STATUS=$?
assert [ $STATUS -eq 137 ]
steps both "$T/forbidden" wait "$T/go"
STATUS=0
wait "$PID" || STATUS=$?
assert [ $STATUS -eq 137 ]
steps write "$T/interrupted" wait "$T/go"
interrupted=$PID
assert_logged 'rule "interrupts": .* opened for writing .*/interrupted'
steps write "$T/stopped" wait "$T/go"
is_stopped() {
	grep -q '^State:.T' "/proc/$PID/status"
}
wait_for 10 is_stopped || fail "it is not stopped"
# Who has a condition is meant, and nobody else.
steps read "$T/terminated" say living wait "$T/go"
other=$PID
as "$BASE_UID" "$BASE_UID" "$T/bin/steps" read "$T/terminated" wait "$T/go"
STATUS=0
wait "$PID" || STATUS=$?
assert [ $STATUS -eq 143 ]
settle
for pid in "$reader" "$other"; do
	! is_gone "$pid" || fail "process $pid was ended, too"
done
# A background process of a shell ignores the signal.
assert_logged "INTERRUPT to $interrupted "
stop_daemon
as_found
