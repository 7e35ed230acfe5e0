#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The test list of cgrulesengd, with stand-ins: "boss" for root, @staff for @root, @users for "* *".
#
# modes: v1 hybrid
# vm: yes
. "$(dirname "$0")/../lib.sh"

new_group cgroup
group=$NEW
new_group staff
staff=$NEW staff_id=$NEW_ID
new_group users
users=$NEW users_id=$NEW_ID
new_user sjo "" "$group"
sjo=$NEW
new_user cgtest "" "$group"
cgtest=$NEW
new_user boss "" "$group"
boss=$NEW
make_group_everywhere "$CG/default"
make_group "$CG/cgtest"
rules <<E
$sjo      $C1      $CG/default
$cgtest   $C1      $CG/cgtest
%         $C2      $CG/default
@$group   $C1,$C2  $CG/cgtest
${TAG}peter $C1    $CG/test1
%         $C2      $CG/test2
@$staff   *        $CG/default
@$users   *        $CG/default
E
start_daemon
setuid=$T/bin/setuid

assert_in_all() {
	for name in $(controllers); do
		assert_in "$PID" "$name" "$CG/default"
	done
}

start "$setuid" -u "$sjo"
assert_in "$PID" "$C1" "$CG/default"
assert_unmoved "$PID" "$C2"

start "$setuid" "$boss"
assert_in "$PID" "$C1" "$CG/cgtest"
assert_in "$PID" "$C2" "$CG/cgtest"

start "$setuid" -u "$cgtest"
assert_in "$PID" "$C1" "$CG/cgtest"
assert_in "$PID" "$C2" "$CG/default"

start "$setuid" -g "$staff"
assert_in_all

start "$setuid" -g "$group"
assert_in "$PID" "$C1" "$CG/cgtest"
assert_in "$PID" "$C2" "$CG/cgtest"

start "$setuid" -g "$users_id"
assert_in_all

assert [ "$staff_id" != "$users_id" ]
assert_logged "$T/rules:5.*${TAG}peter"
stop_daemon
