#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What starts while the daemon cannot run (SIGSTOP) is placed when it can again.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

count=$((${CGRED_BURST:-2000} / 4))
n=$BASE_UID
make_group "$CG/burst"
rules <<E
$n:prog  $C1  $CG/burst
E
start_daemon
procs=$(group_dir "$C1" "$CG/burst")/cgroup.procs
kill -STOP "$DAEMON"
as "$n" "$n" "$T/bin/burst" "$count" "$(program prog)"
wait_for 20 says '^done' || fail "the burst does not end"
assert [ "$(wc -l <"$procs")" -eq 0 ]
kill -CONT "$DAEMON"
all_in() {
	[ "$(wc -l <"$procs")" -eq "$count" ]
}
wait_for 5 all_in || fail "$(wc -l <"$procs") of $count are in the group"
stop_daemon
