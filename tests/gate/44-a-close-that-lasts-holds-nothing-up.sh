#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# An exec closes files, and a user's own file system decides how long that takes. The kernel keeps who asks about the
# process waiting for that time: not the daemon's main thread, which goes on with what others do.
#
# vm: yes
# needs: program:unshare module:fuse
. "$(dirname "$0")/../lib.sh"
private_mounts
. "$(dirname "$0")/common.sh"

make_group "$CG/owner"
make_group "$CG/caller"
make_group "$CG/other"
make_group "$CG/late"
new_user owner
suid=$(program suid)
chown "$NEW_ID" "$suid"
chmod 4755 "$suid"
rules <<E
$NEW_ID:$suid  $C1  $CG/owner
$n:$suid       $C1  $CG/caller
$((n + 1))     $C1  $CG/other
$((n + 2))     $C1  $CG/late
E
start_gate

slow_close

# A daemon that hangs does not end either.
free_and_fail() {
	exec 9>&-
	fail "$1"
}

steps groups "" gid "$n" uid "$n" keep "$T/slow/file" exec "$suid" 9>&-
held=$PID
wait_for 5 logged "placed $held .*before its first instruction" || free_and_fail "the gate did not place it: $(log | tail -n 2)"
wait_for 5 grep -q closing "$T/closes" || free_and_fail "its file is not closed: $(cat "$T/closes")"
# One that the gate has nothing to do with: its ids are decided about when its exec is under way.
steps groups "" gid "$((n + 2))" uid "$((n + 2))" keep "$T/slow/file" exec "$(program idle)" 9>&-
late=$PID
closes() {
	[ "$(grep -c closing "$T/closes")" -ge "$1" ]
}
wait_for 5 closes 2 || free_and_fail "its file is not closed: $(cat "$T/closes")"

# After two seconds the daemon looks what has become of the exec. Ids are the main thread's.
for _ in 1 2 3 4 5; do
	sleep 1
	steps groups "" gid "$((n + 1))" uid "$((n + 1))" idle 9>&-
	wait_for 3 is_in "$PID" "$C1" "$CG/other" || free_and_fail "the main thread hangs"
	stop "$PID"
done
# Where the kernel closes files before it takes the lock, the process sleeps like one whose exec has failed long ago:
# it is taken back, and its exec's event places it again.
under_lock=
timeout -s KILL 1 cat "/proc/$held/auxv" >"$T/auxv" 2>&1 || under_lock=1
if [ "$under_lock" ]; then
	assert_in "$held" "$C1" "$CG/owner"
	assert_not_logged 'taken back'
fi

end_slow_close
wait_for 5 runs "$suid" "$held" || fail "the exec did not go on"
settle
assert_in "$held" "$C1" "$CG/owner"
[ ! "$under_lock" ] || [ "$(placements "$held")" -eq 1 ] || fail "$(placements "$held") placements: $(log | grep "placed $held ")"
wait_for 5 runs "$T/bin/idle" "$late" || fail "the exec did not go on"
wait_for 30 is_in "$late" "$C1" "$CG/late" || fail "$late is not in its group: $(log | grep "$late")"
daemon_lives
