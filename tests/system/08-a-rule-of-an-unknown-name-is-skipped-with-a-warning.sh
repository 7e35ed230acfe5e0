#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Its % lines are skipped too; the warning is shown at the default level, once the name exists a
# reload makes the rule work.
. "$(dirname "$0")/../lib.sh"

make_group "$CG/a"
make_group "$CG/late"
user=${TAG}late group=${TAG}lategroup
write_rules() {
	cat <<E
$BASE_UID $C1 $CG/a
$user $C1 $CG/late
% $C2 $CG/late
@$group $C1 $CG/late
% $C2 $CG/late
$((BASE_UID + 1)) $C2 $CG/a
E
}
write_rules | rules
start_daemon_plain
assert_logged "$T/rules:2.*$user"
assert_logged "$T/rules:4.*$group"
! logged "$T/rules:[16]" || fail "a good rule is warned about"

prog=$(program prog)
if [ "$MODE" != v2 ]; then
	as "$BASE_UID" "$BASE_UID" "$prog"
	assert_in "$PID" "$C1" "$CG/a"
	assert_unmoved "$PID" "$C2"
fi
as $((BASE_UID + 1)) "$BASE_UID" "$prog"
assert_in "$PID" "$C2" "$CG/a"

new_group lategroup
gid=$NEW_ID
new_user late
mark_log
write_rules | reload
as "$NEW_ID" "$BASE_UID" "$prog"
assert_in "$PID" "$C1" "$CG/late"
assert_in "$PID" "$C2" "$CG/late"
as $((BASE_UID + 2)) "$gid" "$prog"
assert_in "$PID" "$C2" "$CG/late"
assert_not_logged "$T/rules:[24]"
stop_daemon
