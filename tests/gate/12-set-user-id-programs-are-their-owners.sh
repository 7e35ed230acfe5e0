#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The ids that a program will have decide, before it has them: set-user-id and set-group-id; but not for
# scripts, on a mount with nosuid, or without new privileges, where the bits mean nothing.
#
# vm: yes
# needs: program:unshare
# timeout: 600
. "$(dirname "$0")/../lib.sh"
private_mounts
. "$(dirname "$0")/common.sh"

for group in owner group caller; do
	make_group "$CG/$group"
done
new_user owner
owner=$NEW_ID
new_group group
group=$NEW_ID

suid=$(first suid)
chown "$owner" "$suid"
chmod 4755 "$suid"
sgid=$(first sgid)
chgrp "$group" "$sgid"
chmod 2755 "$sgid"
not_sgid=$(first not-sgid)
chgrp "$group" "$not_sgid"
chmod 2745 "$not_sgid" # without the group's right to execute it is no set-group-id program
printf '#!%s\n' "$(first interpreter)" >"$T/bin/script"
chown "$owner" "$T/bin/script"
chmod 4755 "$T/bin/script"
mkdir "$T/nosuid"
mount --bind "$T/bin" "$T/nosuid"
mount -o remount,bind,nosuid "$T/nosuid"

rules <<E
$owner:$T/bin/*    $C1  $CG/owner
@$group:$T/bin/*   $C1  $CG/group
$n:$T/bin/*        $C1  $CG/caller
E
start_gate

without_privileges() {
	exec "$T/bin/steps" nnp groups "" gid "$n" uid "$n" exec "$T/bin/starter" "$TIMES" fork "$suid"
}

ways() {
	all_first "set-user-id" "$CG/owner" many fork "$suid"
	all_first "set-group-id" "$CG/group" many fork "$sgid"
	all_first "set-group-id without the group's right" "$CG/caller" many fork "$not_sgid"
	all_first "a set-user-id script" "$CG/caller" many fork "$T/bin/script"
	all_first "set-user-id on a mount with nosuid" "$CG/caller" many fork "$T/nosuid/suid"
	all_first "set-user-id without new privileges" "$CG/caller" without_privileges
}
idle_and_busy ways

# Whose root and directory are another process's, too, gets no ids from the file: the guess was wrong.
cp "$T/bin/steps" "$T/bin/suid-steps"
chown "$owner" "$T/bin/suid-steps"
chmod 4755 "$T/bin/suid-steps"
mark_log
as "$((n + 1))" "$((n + 1))" "$T/bin/steps" exec "$T/bin/suid-steps" idle
assert_in "$PID" "$C1" "$CG/owner"
stop "$PID"
mark_log
as "$((n + 1))" "$((n + 1))" "$T/bin/steps" sharefs exec "$T/bin/suid-steps" idle
assert_runs "$T/bin/suid-steps"
wait_for 10 logged "taken back: $PID did not" || fail "a guess that was wrong is not taken back"
assert_unmoved "$PID"
stop "$PID"
stop_daemon
