#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A prefix ends in * and is tried on the path and on the base name; "user:" is no condition.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

u=$BASE_UID
for name in base path prefix pathprefix none; do
	make_group "$CG/$name"
done
mkdir "$T/bin/dir"
rules <<E
$u:one                $C1  $CG/base
$u:$T/bin/dir/two     $C1  $CG/path
$u:pre*               $C1  $CG/prefix
$u:$T/bin/dir/lon*    $C1  $CG/pathprefix
$((u + 1)):           $C1  $CG/none
E
start_daemon

expect() {
	as "$u" "$u" "$(program "$1")"
	assert_in "$PID" "$C1" "$CG/$2"
}
unmoved() {
	as "$u" "$u" "$(program "$1")"
	assert_unmoved "$PID"
}
expect one base
expect dir/one base
expect dir/two path
expect prefixed prefix
expect pre prefix
expect dir/pre.x prefix
expect dir/long pathprefix
unmoved two
unmoved long
unmoved onetwo
unmoved One
unmoved dir/unpre
as $((u + 1)) "$u" "$T/bin/two"
assert_in "$PID" "$C1" "$CG/none"
stop_daemon
