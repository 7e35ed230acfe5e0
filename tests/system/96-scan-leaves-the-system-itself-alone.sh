#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A rule for everybody and --scan: PID 1, kernel threads and the daemon stay where they are.
#
# vm-only
# vm: yes
. "$(dirname "$0")/../lib.sh"

make_group_everywhere "$CG/default"
: >"$T/rules"
add_barrier "$T/rules"
echo "* * $CG/default" >>"$T/rules"
as "$BASE_UID" "$BASE_UID" "$(program idle)"
one=$(where 1 "$C1")
here=$(where $$ "$C1")
start_daemon --scan
assert_in "$PID" "$C1" "$CG/default"
assert_in $$ "$C1" "$CG/default"
assert [ "$(where 1 "$C1")" = "$one" ]
assert [ "$(where 2 "$C1")" = "" ]
assert [ "$(where "$DAEMON" "$C1")" = "$here" ]
while read -r pid; do
	[ ! -e "/proc/$pid/comm" ] || [ -n "$(cat "/proc/$pid/cmdline")" ] || fail "kernel thread $pid"
done <"$(group_dir "$C1" "$CG/default")/cgroup.procs"
stop_daemon
