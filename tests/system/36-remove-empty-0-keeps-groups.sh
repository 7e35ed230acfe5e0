#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# With --remove-empty 0 groups made on demand stay.
. "$(dirname "$0")/../lib.sh"

rules <<E
$BASE_UID  $C1  $CG/%U
E
start_daemon --remove-empty 0
as "$BASE_UID" 1 "$(program prog)"
assert_in "$PID" "$C1" "$CG/$BASE_UID"
stop "$PID"
assert stays_for 3 test -d "$(group_dir "$C1" "$CG/$BASE_UID")"
stop_daemon
