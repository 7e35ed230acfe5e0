#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Flags 0: the process stays through every exec, its children do not. Flags 1: nor do they. Flags 2:
# forgotten. The answer is the 18 bytes that libcgroup's tools read.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
socket=$T/run/cgred.socket
make_group "$CG/a"
rules <<E
$n:prog  $C1  $CG/a
E
start_daemon
prog=$(program prog)
assert [ "$(stat -c %a "$socket")" = 660 ]

# sticky PID FLAGS [MANNER]: registers it, and expects to be told so.
sticky() {
	[ "$("$T/bin/sticky" "$socket" "$@")" = SUCCESS_STORE_PID ] || fail "sticky $*: no success"
}
unmoved() {
	assert_runs "$prog" "$1"
	assert_unmoved "$1"
}

steps gid "$n" uid "$n" wait "$T/go.0" exec "$prog"
sticky "$PID" 0
: >"$T/go.0"
unmoved "$PID"

steps gid "$n" uid "$n" wait "$T/go.1" fork exec "$prog"
sticky "$PID" 0
: >"$T/go.1"
assert_in "$(child)" "$C1" "$CG/a"

steps gid "$n" uid "$n" wait "$T/go.2" fork fork exec "$prog"
sticky "$PID" 1
: >"$T/go.2"
grandchild_is_there() {
	[ "$(grep -c '^child' "$OUT")" -eq 2 ]
}
assert_eventually grandchild_is_there
unmoved "$(child)"

steps gid "$n" uid "$n" wait "$T/go.3" thread fork exec "$prog"
sticky "$PID" 1
: >"$T/go.3"
unmoved "$(child)"

steps gid "$n" uid "$n" wait "$T/go.4" exec "$prog"
sticky "$PID" 1
sticky "$PID" 2
: >"$T/go.4"
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
