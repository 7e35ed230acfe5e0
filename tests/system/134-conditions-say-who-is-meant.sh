#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Rules with conditions: users and groups, what a process calls itself, its group, its ancestors; lists with "!".
# The first rule that holds decides; a dry run is said, and the next rule decides.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
controller=freezer
has_controller freezer || controller=cgroup
make_group "$CG/here" $controller
yaml <<Y
name: $CG
rules:
  dry:
    paths: [$T/bin/tool]
    action: execute
    group: dry
    dry_run: true
  by-user:
    paths: [$T/bin/tool]
    action: execute
    users: ["$((n + 1))", "@$((n + 2))"]
    group: by-user
  by-comm:
    paths: [$T/bin/tool, $T/bin/named]
    action: execute
    users: ["$((n + 3))"]
    comm: ["nam*"]
    group: by-comm
  by-parent:
    paths: [$T/bin/tool]
    action: execute
    users: ["$((n + 3))"]
    parent: [$T/bin/starter]
    group: by-parent
  by-cgroup:
    paths: [$T/bin/tool]
    action: execute
    users: ["$((n + 3))"]
    cgroup: ["$CG/here"]
    group: by-cgroup
  but-one:
    paths: [$T/bin/tool]
    action: execute
    users: ["!$((n + 3))", "!root"]
    group: others
groups:
  dry: {}
  by-user: {}
  by-comm: {}
  by-parent: {}
  by-cgroup: {}
  others: {}
Y
cp "$HELPERS/steps" "$T/bin/starter"
start_daemon
tool=$(program tool)
expect() { # GROUP
	wait_for 5 is_in "$PID" $controller "$CG/$1" || fail "it is in $(where "$PID" $controller), not in $1"
}
as $((n + 1)) $((n + 1)) "$tool"
expect by-user
assert_logged 'dry run: rule "dry"'
as $((n + 5)) $((n + 2)) "$tool"
expect by-user
as $((n + 3)) $((n + 3)) "$(program named)"
expect by-comm
as $((n + 3)) $((n + 3)) "$tool"
runs "$tool" || wait_for 5 runs "$tool"
settle
is_in "$PID" $controller "$(where $$ $controller)" || fail "who no rule means is in $(where "$PID" $controller)"
steps groups "" gid $((n + 3)) uid $((n + 3)) exec "$T/bin/starter" fork exec "$tool"
starter=$PID
PID=$(child)
expect by-parent
stop "$starter"
steps enter "$(group_dir $controller "$CG/here")/cgroup.procs" groups "" gid $((n + 3)) uid $((n + 3)) exec "$tool"
expect by-cgroup
as $((n + 4)) $((n + 4)) "$tool"
expect others
stop_daemon
