#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# fetter's first example: whoever executes a program goes into a group with limits, and what it starts with it.
# A directory means all programs below it.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

yaml <<Y
name: $CG
rules:
  compilation:
    paths: [$T/bin/make, $T/bin/tools]
    action: execute
    group: compilation
groups:
  compilation:
    pids: 77
    cpu: 90
Y
mkdir "$T/bin/tools"
SYNC=auto
start_daemon
dir=$(group_dir pids "$CG/compilation")
assert [ "$(cat "$dir/pids.max")" = 77 ]
as "$BASE_UID" "$BASE_UID" "$(program make)"
assert_in "$PID" pids "$CG/compilation"
assert_in "$PID" cpu "$CG/compilation"
as "$BASE_UID" "$BASE_UID" "$(program tools/cc)"
assert_in "$PID" pids "$CG/compilation"
as "$BASE_UID" "$BASE_UID" "$(program other)"
assert_unmoved "$PID" pids
# What a program starts is where it is.
as "$BASE_UID" "$BASE_UID" "$T/bin/make"
assert_in "$PID" pids "$CG/compilation"

# A reload changes the limits of the group that is there.
sed -i -e 's/pids: 77/pids: 78/' "$YAML"
kill -USR2 "$DAEMON"
limit_is() {
	[ "$(cat "$dir/pids.max")" = "$1" ]
}
wait_for 5 limit_is 78 || fail "pids.max is $(cat "$dir/pids.max")"
# One with a mistake changes nothing, and says where it is.
sed -i -e 's/pids: 78/pid: 79/' "$YAML"
kill -USR2 "$DAEMON"
assert_logged "rules.yaml:9:5: unknown key \"pid\".*pids"
assert limit_is 78
as "$BASE_UID" "$BASE_UID" "$T/bin/make"
assert_in "$PID" pids "$CG/compilation"
stop_daemon
