#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Of thousands of programs started as fast as possible, all that live a second are in their group.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

count=${CGRED_BURST:-2000}
n=$BASE_UID
make_group "$CG/burst"
prog=$(program prog)
rules <<E
$n:prog  $C1  $CG/burst
E
start_daemon
procs=$(group_dir "$C1" "$CG/burst")/cgroup.procs
as "$n" "$n" "$T/bin/burst" "$count" "$prog"
burst=$PID
wait_for 20 says '^done' || fail "the burst does not end: $(tail -n 1 "$OUT")"
all_in() {
	[ "$(wc -l <"$procs")" -eq "$count" ]
}
wait_for 1 all_in || fail "$(wc -l <"$procs") of $count are in the group"
grep -v '^done' "$OUT" | sort >"$T/started"
sort "$procs" >"$T/placed"
assert cmp "$T/started" "$T/placed"
assert_unmoved "$burst"
stop_daemon
