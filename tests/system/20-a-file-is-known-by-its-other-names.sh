#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A rule that names a symlink, a hard link or a path through a symlinked directory matches the file.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

u=$BASE_UID
for name in symlink hard dir literal; do
	make_group "$CG/$name"
done
mkdir "$T/bin/real"
ln -s real "$T/bin/dir"
a=$(program real/a)
b=$(program real/b)
c=$(program real/c)
ln -s real/a "$T/bin/link"
ln "$b" "$T/bin/hard"
rules <<E
$u:$T/bin/link   $C1  $CG/symlink
$u:$T/bin/hard   $C1  $CG/hard
$u:$T/bin/dir/c  $C1  $CG/dir
$((u + 1)):$a    $C1  $CG/literal
E
start_daemon

expect() {
	as "$1" "$u" "$2"
	assert_in "$PID" "$C1" "$CG/$3"
}
expect "$u" "$a" symlink
expect "$u" "$T/bin/link" symlink
expect "$u" "$b" hard
expect "$u" "$T/bin/hard" hard
expect "$u" "$c" dir
expect $((u + 1)) "$T/bin/link" literal
stop_daemon
