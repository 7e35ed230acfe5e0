#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Numeric ids work, also when no name belongs to them.
. "$(dirname "$0")/../lib.sh"

make_group "$CG/u"
make_group "$CG/g"
rules <<E
$BASE_UID       $C1  $CG/u
@$((BASE_UID + 1))  $C1  $CG/g
E
start_daemon
prog=$(program prog)
as "$BASE_UID" "$BASE_UID" "$prog"
assert_in "$PID" "$C1" "$CG/u"
as $((BASE_UID + 2)) $((BASE_UID + 1)) "$prog"
assert_in "$PID" "$C1" "$CG/g"
as $((BASE_UID + 2)) "$BASE_UID" "$prog"
assert_unmoved "$PID"
stop_daemon
