#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A rule hears of calls that failed only where it asks for them. Whoever comes to a group with "kill" dies. A site's
# own audit rules, with keys that begin with "cgred_", serve where no rules are to be added.
#
# vm: yes
# needs: program:auditctl
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

n=$BASE_UID
echo text >"$T/mine"
echo text >"$T/quiet"
chmod 600 "$T/mine" "$T/quiet"
yaml <<Y
name: $CG
rules:
  tried:
    paths: [$T/mine]
    action: read
    failed: true
    trigger: LOG
  read:
    paths: [$T/quiet]
    action: read
    trigger: LOG
  doomed:
    paths: [$T/bin/doomed]
    action: execute
    group: doom
groups:
  doom: {kill: true}
Y
SYNC=auto
start_daemon
as "$n" "$n" "$T/bin/steps" read "$T/quiet" read "$T/mine"
wait "$PID"
tried=$PID
assert_logged "rule \"tried\": $tried .* read .*/mine, which failed"
assert_not_logged "rule \"read\": $tried"
steps read "$T/mine" read "$T/quiet"
wait "$PID"
assert_logged "rule \"tried\": $PID .* read .*/mine\$"
assert_logged "rule \"read\": $PID .* read .*/quiet\$"
as "$n" "$n" "$(program doomed)"
STATUS=0
wait "$PID" || STATUS=$?
assert [ $STATUS -eq 137 ]
as "$n" "$n" "$(program spared)"
settle
! is_gone "$PID" || fail "another program was ended, too"
stop_daemon
as_found

no_rules
sed -i -e '1a audit: {mode: reuse}' "$YAML"
auditctl -a always,exit -F arch=b64 -S openat -F "path=$T/quiet" -F perm=r -k cgred_site >/dev/null 2>&1 ||
	skip "no audit rule can be added here"
auditctl -e 1 >/dev/null 2>&1
start_daemon
assert [ "$(auditctl -l | wc -l)" -eq 1 ]
start "$T/bin/steps" read "$T/quiet"
wait "$PID"
assert_logged "rule \"read\": $PID .* read .*/quiet\$"
stop_daemon
assert [ "$(auditctl -l | wc -l)" -eq 1 ]
auditctl -D >/dev/null 2>&1
auditctl -e "$(awk '$1 == "enabled" { print $2 }' "$T/audit.before")" >/dev/null 2>&1
as_found
