#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A rule for a user moves what that user runs, and nobody else's programs.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

new_user a
make_group "$CG/a"
rules <<E
$NEW  $C1,$C2  $CG/a
E
start_daemon
prog=$(program prog)

as "$NEW_ID" "$NEW_ID" "$prog"
assert_in "$PID" "$C1" "$CG/a"
assert_in "$PID" "$C2" "$CG/a"
assert_logged "placed.*$PID"
assert_logged "$T/rules:1"

as "$BASE_UID" "$BASE_UID" "$prog"
assert_unmoved "$PID"
stop_daemon
