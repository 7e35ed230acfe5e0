#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# It is refused by name, in the check and at a reload, and the old rules stay.
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n  $C1  $CG/a
E
start_daemon
try() {
	check
	assert_status 99
	assert_says "$T/rules:1:"
	[ "$(wc -c <"$OUT")" -lt 10000 ] || fail "the message is as long as the line"
	mark_log
	kill -USR2 "$DAEMON"
	assert_logged "$T/rules:1:"
	as "$n" "$n" "$(program prog)"
	assert_in "$PID" "$C1" "$CG/a"
	daemon_lives
}
head -c 10000000 /dev/zero | tr '\0' x >"$T/rules"
try
{ echo "$n $C1 $(head -c 10000000 /dev/zero | tr '\0' x)"; } >"$T/rules"
try
stop_daemon
