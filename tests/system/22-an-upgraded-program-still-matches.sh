#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A file that was replaced after the rules were loaded matches by each of its names, without a reload.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

u=$BASE_UID
make_group "$CG/symlink"
make_group "$CG/path"
prog=$(program prog)
ln -s prog "$T/bin/link"
rules <<E
$u:$T/bin/link     $C1  $CG/symlink
$((u + 1)):$prog   $C1  $CG/path
E
start_daemon
program prog.new >/dev/null
mv "$prog.new" "$prog"
as $((u + 1)) "$u" "$prog"
assert_in "$PID" "$C1" "$CG/path"
as "$u" "$u" "$prog"
assert_in "$PID" "$C1" "$CG/symlink"
stop_daemon
