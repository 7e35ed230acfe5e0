#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The search stops at the first match, also when its placement fails.
. "$(dirname "$0")/../lib.sh"

make_group "$CG/first"
make_group "$CG/second"
u=$BASE_UID
rules <<E
$u:prog        $C1  $CG/first
$u             $C1  $CG/second
$((u + 1))     $C1  $CG/missing
$((u + 1))     $C1  $CG/second
E
start_daemon
prog=$(program prog)
other=$(program other)
as "$u" "$u" "$prog"
assert_in "$PID" "$C1" "$CG/first"
as "$u" "$u" "$other"
assert_in "$PID" "$C1" "$CG/second"
as $((u + 1)) "$u" "$prog"
assert_unmoved "$PID"
stop_daemon
