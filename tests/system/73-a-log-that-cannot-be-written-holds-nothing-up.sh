#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A full disk under the log file, a reader that sleeps, a reader that is gone: programs are placed.
. "$(dirname "$0")/../lib.sh"

private_mounts
n=$BASE_UID
make_group "$CG/a"
rules <<E
$n:prog  $C1  $CG/a
E
prog=$(program prog)
procs=$(group_dir "$C1" "$CG/a")/cgroup.procs
READER=

# works OPTION...: places a burst of programs, and ends cleanly.
works() {
	"$CGRED" --nodaemon --config "$T/rules" --cgconfig "$T/cgconfig.conf" \
		--runtime-dir "$T/run" "$@" >"$T/output" 2>&1 &
	DAEMON=$!
	wait_for_pid_file
	settle
	[ -z "$READER" ] || stop "$READER"
	as "$n" "$n" "$T/bin/burst" 400 "$prog"
	all_in() {
		[ "$(wc -l <"$procs")" -eq 400 ]
	}
	wait_for 5 all_in || fail "$*: $(wc -l <"$procs") of 400 are placed"
	stop "$PID"
	none_in() {
		[ "$(wc -l <"$procs")" -eq 0 ]
	}
	wait_for 5 none_in || fail "the burst does not end"
	settle
	stop_daemon
}
mkdir "$T/small"
mount -t tmpfs -o size=16k cgredtest "$T/small"
dd if=/dev/zero of="$T/small/fill" bs=1k count=64 2>/dev/null || :
: >"$T/output"
works -v -v -v --logfile="$T/small/log"

rm "$T/output"
mkfifo "$T/output"
exec 9<>"$T/output"
works -v -v -v --nolog
exec 9>&-

steps await "$T/output" "what is never said"
READER=$PID
works -v -v -v --nolog
