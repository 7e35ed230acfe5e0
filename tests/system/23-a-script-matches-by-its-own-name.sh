#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# By path and base name, run by a full or a relative path; and its interpreter's rule, if no rule
# names the script, whichever of the two comes first.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

u=$BASE_UID
for name in script interpreter path; do
	make_group "$CG/$name"
done
interpreter=$(program interpreter)
for name in script named-by-path other; do
	printf '#!%s -x\n' "$interpreter" >"$T/bin/$name"
	chmod 755 "$T/bin/$name"
done
rules <<E
$u:interpreter             $C1  $CG/interpreter
$u:script                  $C1  $CG/script
$u:$T/bin/named-by-path    $C1  $CG/path
$((u + 1)):script          $C1  $CG/script
$((u + 1)):$interpreter    $C1  $CG/interpreter
E
start_daemon

expect() {
	assert_in "$PID" "$C1" "$CG/$1"
}
for uid in "$u" $((u + 1)); do
	as "$uid" "$u" "$T/bin/script"
	expect script
	as "$uid" "$u" "$T/bin/other"
	expect interpreter
	as "$uid" "$u" "$interpreter"
	expect interpreter
done
as "$u" "$u" "$T/bin/named-by-path"
expect path
steps gid "$u" uid "$u" cd "$T/bin" exec ./named-by-path
expect path
steps gid "$u" uid "$u" cd "$T" exec bin/script
expect script
stop_daemon
