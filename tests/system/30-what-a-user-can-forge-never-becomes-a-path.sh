#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# %p of a script is its interpreter: the script's name comes from the process's own memory.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

interpreter=$(program interpreter)
printf '#!%s\n' "$interpreter" >"$T/bin/script"
chmod 755 "$T/bin/script"
rules <<E
$BASE_UID  $C1  $CG/%p
E
start_daemon
as "$BASE_UID" "$BASE_UID" "$T/bin/script"
assert_in "$PID" "$C1" "$CG/interpreter"
stop_daemon
