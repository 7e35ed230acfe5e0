#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the command of a rule does is nothing that rules are for: also what its children do that are over at once,
# and theirs. A user who gives a cgroup of his the name of the commands' is no command.
#
# vm: yes
# needs: program:auditctl
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

mkdir "$T/out"
chmod 777 "$T/out"
echo secret >"$T/secret"
cp "$HELPERS/steps" "$T/bin/short"
# Each of these is over before the daemon hears of it; the second one's parent, too.
cat >"$T/bin/command" <<X
#!/bin/sh
"$T/bin/short" say x
("$T/bin/short" read "$T/secret" &)
: >"$T/out/ran.\$\$"
X
chmod 755 "$T/bin/command"
yaml <<Y
name: $CG
rules:
  programs:
    paths: [$T/bin/short]
    action: execute
    trigger: command
  secret:
    paths: [$T/secret]
    action: read
    trigger: command
triggers:
  command:
    run: $T/bin/command
    user: root
Y
start_daemon
ran() {
	[ "$(find "$T/out" -name 'ran.*' | wc -l)" -eq "$1" ]
}
"$T/bin/short" say x >/dev/null
wait_for 10 ran 1 || fail "$(find "$T/out" -name 'ran.*' | wc -l) commands ran for an execution"
settle
sleep 1
ran 1 || fail "$(find "$T/out" -name 'ran.*' | wc -l) commands ran for one execution"
"$T/bin/short" read "$T/secret" >/dev/null
wait_for 10 ran 3 || fail "$(find "$T/out" -name 'ran.*' | wc -l) commands ran, not 3, for two executions and a read"
settle
sleep 1
ran 3 || fail "$(find "$T/out" -name 'ran.*' | wc -l) commands ran, not 3, for two executions and a read"

# The name of the commands' group, further down.
delegated=delegated/$CG/triggers
make_group "$CG/$delegated"
rm "$T"/out/ran.*
"$T/bin/steps" enter "$(group_dir "$C1" "$CG/$delegated")/cgroup.procs" exec "$T/bin/short" say x >/dev/null
wait_for 10 ran 1 || fail "a group of that name hides from the rules"
stop_daemon
as_found
