#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The default rule "* * default": whatever is started goes there, whoever starts it; the system itself does not.
#
# vm-only
. "$(dirname "$0")/../../lib.sh"

make_group_everywhere "$CG/default"
default=$(group_dir "$C1" "$CG/default")
rules_for_all <<E
*  *  $CG/default
E
sleep 1000 &
older=$!
one=$(cat /proc/1/cgroup)
start_daemon

start "$(program root)"
assert_in_all "$PID" "$CG/default"
as "$BASE_UID" "$BASE_UID" "$T/bin/root"
assert_in_all "$PID" "$CG/default"
as "$(id -u alice)" "$(id -g alice)" /usr/bin/sleep 1000
assert_in_all "$PID" "$CG/default"
start setsid "$T/bin/root"
assert_in_all "$PID" "$CG/default"
# A shell that forks without an exec.
start sh -c "($T/bin/root; :) & echo \"child \$!\"; wait"
assert_in_all "$PID" "$CG/default"
assert_in_all "$(child)" "$CG/default"

burst=${CGRED_BURST:-200}
start "$T/bin/burst" "$burst" "$T/bin/root"
wait_for 60 says '^done$' || fail "the burst does not end"
all_in() {
	[ "$(awk 'NR == FNR { member[$1]; next } $1 in member' "$default/cgroup.procs" "$OUT" | wc -l)" -eq "$burst" ]
}
assert_eventually all_in

settle
! is_in "$older" "$C1" "$CG/default" || fail "an older process was moved"
[ "$(cat /proc/1/cgroup)" = "$one" ] || fail "PID 1 was moved"
! is_in "$DAEMON" "$C1" "$CG/default" || fail "the daemon moved itself"
hierarchies | while read -r root; do
	cat "$root/$CG/default/cgroup.procs"
done >"$T/members"
for stat in /proc/[0-9]*/stat; do
	read -r pid _ _ parent _ <"$stat" || continue
	[ "$pid" = 2 ] || [ "$parent" = 2 ] || continue
	! grep -qx "$pid" "$T/members" || fail "kernel thread $pid was moved"
done 2>/dev/null
stop_daemon
