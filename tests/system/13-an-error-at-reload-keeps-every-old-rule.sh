#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A file with one bad line changes nothing, not even by its good lines; the log names the place.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

make_group "$CG/old"
make_group "$CG/new"
u=$BASE_UID
rules <<E
$u $C1 $CG/old
$((u + 1)) $C1 $CG/old
E
start_daemon_plain
cp "$T/rules" "$T/good"
for signal in USR2 HUP; do
	mark_log
	printf '%s\n' "$u $C1 $CG/new" "$((u + 1)) $C1 $CG/new bogus" >"$T/rules"
	kill -$signal "$DAEMON"
	assert_logged "$T/rules:2:[0-9]+"
	for uid in "$u" $((u + 1)); do
		as "$uid" "$uid" "$(program prog)"
		assert_in "$PID" "$C1" "$CG/old"
	done
	settle
done
echo "$u $C1 $CG/new" | reload
as "$u" "$u" "$(program prog)"
assert_in "$PID" "$C1" "$CG/new"
stop_daemon
