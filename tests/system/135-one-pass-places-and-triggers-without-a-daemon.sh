#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# --once: everybody who runs is placed, and commands run, once for each; then it is over. Beside a daemon, and
# without one. Mode "scanner" does so every second, and a rule acts upon a process once.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
mkdir "$T/out"
chmod 777 "$T/out"
cat >"$T/bin/note" <<'X'
#!/bin/sh
echo "$CGRED_PID" >>"$1/noted"
X
chmod 755 "$T/bin/note"
yaml <<Y
name: $CG
rules:
  found:
    paths: [$T/bin/dir]
    action: execute
    users: ["$n"]
    group: found
    trigger: note
groups:
  found: {pids: 50}
triggers:
  note:
    run: $T/bin/note
    args: [$T/out]
Y
mkdir "$T/bin/dir"
as "$n" "$n" "$(program dir/one)"
one=$PID
as $((n + 1)) "$n" "$T/bin/dir/one"
other=$PID
assert_runs "$T/bin/dir/one" "$one"
assert_runs "$T/bin/dir/one" "$other"
cgred --once
assert_status 0
is_in "$one" pids "$CG/found" || fail "it is in $(where "$one" pids)"
is_in "$other" pids "$(where $$ pids)" || fail "another was moved to $(where "$other" pids)"
assert [ "$(cat "$T/out/noted")" = "$one" ]

# The scanner.
rm -f "$T/out/noted"
sed -i -e '1a mode: scanner' "$YAML"
mark_log
launch -v -v
wait_for 10 says_ready || fail "the daemon is not ready"
as "$n" "$n" "$T/bin/dir/one"
two=$PID
wait_for 10 is_in "$two" pids "$CG/found" || fail "the scanner does not find it"
noted() {
	[ "$(sort "$T/out/noted" 2>/dev/null | tr '\n' ' ')" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ]
}
wait_for 10 noted "$one" "$two" || fail "noted: $(cat "$T/out/noted")"
# Three more passes.
passes() {
	cat "/proc/$DAEMON/stat" >/dev/null && [ $(($(seconds) - began)) -ge 4 ]
}
began=$(seconds)
wait_for 20 passes
noted "$one" "$two" || fail "noted again: $(cat "$T/out/noted")"
stop_daemon

# And what is made can be taken away.
cgred --clean
assert_status 0
assert_says 'groups were removed'
assert [ ! -d "$(hierarchy pids)/$CG" ]
! is_gone "$one" || fail "a process was ended"
