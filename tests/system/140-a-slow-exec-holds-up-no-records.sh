#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A process opens what is watched, by a name relative to a directory, and executes something while its own file
# system takes its time to close a file. Who asks what that directory is waits with it (see tests/gate/44): not the
# daemon's main thread, which hears of what others open, and acts.
#
# vm: yes
# needs: program:auditctl program:unshare module:fuse
. "$(dirname "$0")/../lib.sh"
private_mounts
. "$(dirname "$0")/../audit-lib.sh"

echo secret >"$T/secret"
cat >"$T/bin/tell" <<'X'
#!/bin/sh
echo "$CGRED_PID $CGRED_PATH" >>"$1"
X
chmod 755 "$T/bin/tell"
yaml <<Y
name: $CG
rules:
  tells:
    paths: [$T/secret]
    action: read
    trigger: tell
triggers:
  tell:
    run: $T/bin/tell
    args: [$T/told]
Y
: >"$T/told"
chmod 666 "$T/told"
start_daemon
slow_close
has_told() {
	grep -q "^$1 " "$T/told"
}

# By a name in a directory that can be asked for.
steps below "$T/secret" idle 9>&-
wait_for 10 has_told "$PID" || fail "nothing is told: $(log | tail -n 3)"
grep -q "^$PID .*$T/secret" "$T/told" || fail "told of: $(cat "$T/told")"

# By one whose process is in such an exec when the daemon hears of it.
kill -STOP "$DAEMON"
steps below "$T/secret" keep "$T/slow/file" exec "$(program idle)" 9>&-
slow=$PID
wait_for 5 grep -q closing "$T/closes" || fail "its file is not closed: $(cat "$T/closes")"
kill -CONT "$DAEMON"
steps read "$T/secret" idle 9>&-
wait_for 5 has_told "$PID" || {
	exec 9>&-
	fail "the main thread hangs"
}
# It is told of without the directory, if need be as the watch.
wait_for 5 has_told "$slow" || {
	exec 9>&-
	fail "the slow one is not told of"
}
end_slow_close
stop_daemon
as_found
