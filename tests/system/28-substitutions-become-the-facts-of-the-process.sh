#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# %u %U %g %G %p %P, for ids with a name and without one; %% and \x; an unknown %x stays.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

new_group g
group=$NEW gid=$NEW_ID
new_user a "$group"
user=$NEW uid=$NEW_ID
n=$BASE_UID
for name in 'a%b' 'a%ub' 'axb' 'a%qb'; do
	make_group "$CG/$name"
done
rules <<E
$user        $C1,$C2  $CG/%u/%U-%g-%G-%p/%P
$n           $C1,$C2  $CG/%u-%U-%g-%G-%p
$((n + 1))   $C1      $CG/a%%b
$((n + 2))   $C1      $CG/a\\%ub
$((n + 3))   $C1      $CG/a\\xb
$((n + 4))   $C1      $CG/a%qb
E
start_daemon
prog=$(program prog)

as "$uid" "$gid" "$prog"
assert_in "$PID" "$C1" "$CG/$user/$uid-$group-$gid-prog/$PID"
assert_in "$PID" "$C2" "$CG/$user/$uid-$group-$gid-prog/$PID"
as "$n" $((n + 9)) "$prog"
assert_in "$PID" "$C1" "$CG/$n-$n-$((n + 9))-$((n + 9))-prog"

expect() {
	as "$1" 1 "$prog"
	assert_in "$PID" "$C1" "$CG/$2"
}
expect $((n + 1)) 'a%b'
expect $((n + 2)) 'a%ub'
expect $((n + 3)) 'axb'
expect $((n + 4)) 'a%qb'
assert_logged "$T/rules:6"
check
assert_status 0
assert_says "$T/rules:6:[0-9]+"
stop_daemon
