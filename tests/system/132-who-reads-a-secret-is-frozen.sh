#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# fetter's third example: a process that reads a file stands still, for whoever wants to look at it. It goes on
# when its group is thawed: by hand, or after a while.
#
# vm: yes
# needs: program:auditctl
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

echo secret >"$T/secret"
echo other >"$T/other"
mkdir "$T/secrets"
yaml <<Y
name: $CG
rules:
  freezes:
    paths: [$T/secret]
    action: read
    group: honeypot
  freezes-for-a-while:
    paths: [$T/secrets]
    action: read
    group: waiting
groups:
  honeypot:
    freeze: true
  waiting:
    freeze: true
    thaw_after: 2
Y
start_daemon
# Where groups of the freezer are, its hierarchy or the v2 tree.
freezer=freezer
has_controller freezer || freezer=cgroup
dir=$(group_dir $freezer "$CG/honeypot")
steps read "$T/other" say started read "$T/secret" wait "$T/go" say ended
reader=$PID
not_ended() {
	! says ended
}
in_honeypot() {
	grep -q ":/$CG/$1\$" "/proc/$2/cgroup"
}
wait_for 10 in_honeypot honeypot "$reader" || fail "the reader is in $(cat /proc/$reader/cgroup)"
: >"$T/go"
# It must not see that the file is there.
stays_for 2 not_ended || fail "the reader went on"
thaw() {
	if [ -e "$dir/cgroup.freeze" ]; then
		echo 0 >"$dir/cgroup.freeze"
	else
		echo THAWED >"$dir/freezer.state"
	fi
}
thaw
wait_for 10 says ended || fail "it does not go on when its group is thawed"

# A directory, and what is there later.
echo new >"$T/secrets/new"
rm "$T/go"
steps read "$T/secrets/new" wait "$T/go" say ended
wait_for 10 in_honeypot waiting "$PID" || fail "who reads in a directory is in $(cat /proc/$PID/cgroup)"
: >"$T/go"
wait_for 10 says ended || fail "it is not thawed"
assert_logged 'group ".*/waiting" was thawed'
# The next one stands still again.
rm "$T/go"
steps read "$T/secrets/new" wait "$T/go" say ended
wait_for 10 in_honeypot waiting "$PID" || fail "the next one is in $(cat /proc/$PID/cgroup)"
assert_logged 'group ".*/waiting" was frozen'
: >"$T/go"
wait_for 10 says ended || fail "it is not thawed"
stop_daemon
as_found
