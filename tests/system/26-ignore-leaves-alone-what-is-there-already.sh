#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the destination, below it, or under the prefix, on one of the controllers: left alone, the
# search stops. Elsewhere: the next rule is tried. With "*" as the destination: left alone wherever it is.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

u=$BASE_UID
for name in Folder Folder/sub Folder2 Slash Slash/sub Slash2 moved else; do
	make_group "$CG/$name"
done
rules <<E
$u               $C2  $CG/Folder   ignore
$u               $C2  $CG/moved
$((u + 1))       $C2  $CG/Slash/   ignore
$((u + 1))       $C2  $CG/moved
$((u + 2)):prog  $C2  *            ignore
$((u + 2))       $C2  $CG/moved
$((u + 3))       $C1,$C2  $CG/Folder  ignore
$((u + 3))       $C1,$C2  $CG/moved
E
start_daemon
prog=$(program prog)

# from GROUP UID: starts the program in that group.
from() {
	steps enter "$(group_dir "$C2" "$CG/$1")/cgroup.procs" gid "$u" uid "$2" exec "$prog"
}
stays() {
	from "$1" "$2"
	assert_runs "$prog"
	settle
	assert_in "$PID" "$C2" "$CG/$1"
}
moves() {
	from "$1" "$2"
	assert_in "$PID" "$C2" "$CG/moved"
}
stays Folder "$u"
stays Folder/sub "$u"
stays Folder2 "$u"
moves else "$u"
as "$u" "$u" "$prog"
assert_in "$PID" "$C2" "$CG/moved"

stays Slash $((u + 1))
stays Slash/sub $((u + 1))
moves Slash2 $((u + 1))

stays else $((u + 2))
as $((u + 2)) "$u" "$prog"
assert_unmoved "$PID" "$C2"
as $((u + 2)) "$u" "$(program other)"
assert_in "$PID" "$C2" "$CG/moved"

stays Folder $((u + 3))
[ "$MODE" = v2 ] || [ "$(hierarchy "$C2")" = "$V2_ROOT" ] || assert_unmoved "$PID" "$C1"
moves else $((u + 3))
assert_in "$PID" "$C1" "$CG/moved"
stop_daemon
