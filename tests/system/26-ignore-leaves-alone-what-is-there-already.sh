#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the destination, below it, or under the prefix, on one of the controllers: left alone, the
# search stops. Elsewhere: the next rule is tried. With "*" as the destination: left alone wherever it is.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

u=$BASE_UID
for name in Folder Folder/sub Folder2 Slash Slash/sub Slash2 prog moved else; do
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
$((u + 4))       $C2  $CG/%p       ignore
$((u + 4))       $C2  $CG/moved
E
start_daemon
# The program is there before the ids change: what is decided in between, on a slow machine, then is no other case.
prog=$T/bin/prog
cp "$HELPERS/steps" "$prog"

# from GROUP UID: the program, in that group, takes these ids.
from() {
	steps enter "$(group_dir "$C2" "$CG/$1")/cgroup.procs" exec "$prog" gid "$u" uid "$2" say changed idle
}
stays() {
	from "$1" "$2"
	assert_eventually says '^changed'
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
as "$u" "$u" "$(program other)"
assert_in "$PID" "$C2" "$CG/moved"

stays Slash $((u + 1))
stays Slash/sub $((u + 1))
moves Slash2 $((u + 1))

stays else $((u + 2))
steps exec "$prog" gid "$u" uid $((u + 2)) say changed idle
assert_eventually says '^changed'
assert_unmoved "$PID" "$C2"
as $((u + 2)) "$u" "$(program other)"
assert_in "$PID" "$C2" "$CG/moved"

stays Folder $((u + 3))
[ "$MODE" = v2 ] || [ "$(hierarchy "$C2")" = "$V2_ROOT" ] || assert_unmoved "$PID" "$C1"
moves else $((u + 3))
assert_in "$PID" "$C1" "$CG/moved"
stays prog $((u + 4))
moves else $((u + 4))
stop_daemon
