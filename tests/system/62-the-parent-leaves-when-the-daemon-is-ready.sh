#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In daemon mode: with status 0, everything in place and nothing of the caller kept open.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n  $C1  $CG/a
E
prog=$(program prog)
# The command substitution ends only when nobody holds the pipe any more.
output=$(timeout $((10 * SCALE)) "$CGRED" --config "$T/rules" --cgconfig "$T/cgconfig.conf" \
	--runtime-dir "$T/run" --logfile="$T/log" -v -v 2>&1) || fail "status $?: $output"
assert [ -s "$T/run/cgred.pid" ]
assert [ -S "$T/run/cgred.socket" ]
DAEMON=$(cat "$T/run/cgred.pid")
assert kill -0 "$DAEMON"
as "$n" "$n" "$prog"
assert_in "$PID" "$C1" "$CG/a"

[ "$(awk '$1 == "PPid:" { print $2 }' "/proc/$DAEMON/status")" != $$ ] || fail "no daemon"
assert [ "$(cut -d' ' -f6 "/proc/$DAEMON/stat")" != "$(cut -d' ' -f6 /proc/$$/stat)" ]
assert [ "$(readlink "/proc/$DAEMON/cwd")" = / ]
assert [ "$(readlink "/proc/$DAEMON/fd/0")" = /dev/null ]
assert [ "$(readlink "/proc/$DAEMON/fd/1")" = /dev/null ]
assert [ "$(readlink "/proc/$DAEMON/fd/2")" = /dev/null ]

kill -TERM "$DAEMON"
wait_for 5 is_gone "$DAEMON" || fail "does not end on SIGTERM"
assert [ ! -e "$T/run/cgred.pid" ]
