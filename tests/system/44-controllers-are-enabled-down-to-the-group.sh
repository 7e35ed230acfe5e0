#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# On v2 a controller that a rule names works in the destination, also when nobody enabled it before.
#
# modes: v2
# vm: yes
. "$(dirname "$0")/../lib.sh"

has_controller pids || skip "no pids controller"
n=$BASE_UID
make_group "$CG/static" pids
rules <<E
$n          pids  $CG/static
$((n + 1))  pids  $CG/demand/%U
E
start_daemon
as "$n" "$n" "$(program prog)"
assert_in "$PID" pids "$CG/static"
assert [ -f "$(group_dir pids "$CG/static")/pids.max" ]
as $((n + 1)) "$n" "$T/bin/prog"
assert_in "$PID" pids "$CG/demand/$((n + 1))"
assert [ -f "$(group_dir pids "$CG/demand/$((n + 1))")/pids.max" ]
stop_daemon
