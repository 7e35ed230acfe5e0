#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The log says so at the default level, with the rule; no other controller of the rule is moved; and
# once the group exists the rule works.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
[ "$MODE" = v2 ] || make_group "$CG/half" "$C1"
rules <<E
# one line
$n  $C1,$C2  $CG/half
E
start_daemon_plain
prog=$(program prog)
as "$n" "$n" "$prog"
assert_unmoved "$PID"
assert_logged "$T/rules:2.*$CG/half|$CG/half.*$T/rules:2"
assert [ ! -d "$(group_dir "$C2" "$CG/half")" ]

make_group "$CG/half"
as "$n" "$n" "$prog"
assert_in "$PID" "$C1" "$CG/half"
assert_in "$PID" "$C2" "$CG/half"
stop_daemon
