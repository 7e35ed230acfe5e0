#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Without --scan what ran before the daemon is left alone; with it, it is placed at the start.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n:prog  $C1  $CG/a
E
as "$n" "$n" "$(program prog)"
assert_runs "$T/bin/prog"
start_daemon
assert_unmoved "$PID"
stop_daemon

start_daemon --scan
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
