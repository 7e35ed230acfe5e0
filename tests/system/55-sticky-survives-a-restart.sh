#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What was registered with a daemon is known to the one that takes its place.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n:prog  $C1  $CG/a
E
prog=$(program prog)
start_daemon
steps gid "$n" uid "$n" wait "$T/go" fork exec "$prog"
assert [ "$("$T/bin/sticky" "$RUN_DIR/cgred.socket" "$PID" 1)" = SUCCESS_STORE_PID ]
stop_daemon

start_daemon
: >"$T/go"
child=$(child)
assert_runs "$prog" "$child"
assert_unmoved "$child"
stop_daemon
