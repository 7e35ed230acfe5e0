#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The rules of the original's list that are for root and for everybody.
#
# vm-only
# vm: yes
. "$(dirname "$0")/../lib.sh"

new_user sjo
make_group_everywhere "$CG/default"
make_group_everywhere "$CG/root"
: >"$T/rules"
add_barrier "$T/rules"
cat >>"$T/rules" <<E
$NEW   $C1  $CG/root
@root  *    $CG/root
*      *    $CG/default
E
start_daemon
assert_in_all() {
	for name in $(controllers); do
		assert_in "$PID" "$name" "$CG/$1"
	done
}
start "$T/bin/setuid" -u "$NEW"
assert_in "$PID" "$C1" "$CG/root"
steps groups "" gid "$BASE_UID" egid 0 idle
assert_in_all root
start "$T/bin/setuid" -g 0
assert_in_all root
as "$BASE_UID" "$BASE_UID" "$(program idle)"
assert_in_all default
stop_daemon
