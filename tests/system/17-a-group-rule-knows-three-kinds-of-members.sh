#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# By effective gid, as a listed member, by a supplementary group; the same for names and numbers.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

new_group g
group=$NEW gid=$NEW_ID
new_user listed "" "$group"
listed=$NEW_ID
new_group n
numbered=$NEW_ID
new_user listedn "" "$NEW"
listedn=$NEW_ID
make_group "$CG/g"
make_group "$CG/n"
rules <<E
@$group     $C1  $CG/g
@$numbered  $C1  $CG/n
E
start_daemon
prog=$(program prog)
u=$BASE_UID

steps groups "" egid "$gid" exec "$prog"
assert_in "$PID" "$C1" "$CG/g"
as "$listed" "$u" "$prog"
assert_in "$PID" "$C1" "$CG/g"
steps groups "5,$gid,6" gid "$u" uid "$u" exec "$prog"
assert_in "$PID" "$C1" "$CG/g"

steps groups "" egid "$numbered" exec "$prog"
assert_in "$PID" "$C1" "$CG/n"
as "$listedn" "$u" "$prog"
assert_in "$PID" "$C1" "$CG/n"
steps groups "$numbered" gid "$u" uid "$u" exec "$prog"
assert_in "$PID" "$C1" "$CG/n"

steps groups "5,6" gid "$u" uid "$u" exec "$prog"
assert_unmoved "$PID"
stop_daemon
