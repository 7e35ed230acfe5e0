#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Ten thousand firings in a burst: never more commands at a time than max_running says, no more than rate allows,
# and the daemon goes on.
#
# vm: yes
# needs: program:auditctl
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

mkdir "$T/out"
chmod 777 "$T/out"
cat >"$T/bin/slow" <<'X'
#!/bin/sh
: >"$1/running.$$"
set -- "$1" "$1"/running.*
echo "$((0 - 1))" >>"$1/counts"
sleep 0.2
rm "$1/running.$$"
X
chmod 755 "$T/bin/slow"
echo text >"$T/watched"
yaml <<Y
name: $CG
rules:
  burst:
    paths: [$T/watched]
    action: read
    trigger: slow
triggers:
  slow:
    run: $T/bin/slow
    args: [$T/out]
    max_running: 3
    rate: 20/s
Y
start_daemon
cat >"$T/bin/reader" <<'X'
#!/bin/sh
i=0
while [ $i -lt "$2" ]; do
	read -r _ <"$1"
	i=$((i + 1))
done
X
sh "$T/bin/reader" "$T/watched" $((10000 / SCALE))
settle
ran() {
	[ -s "$T/out/counts" ]
}
wait_for 10 ran || fail "no command ran"
none_runs() {
	[ -z "$(find "$T/out" -name 'running.*')" ]
}
wait_for 60 none_runs || fail "commands do not end"
assert [ "$(sort -n "$T/out/counts" | tail -n 1)" -le 3 ]
stop_daemon
as_found
