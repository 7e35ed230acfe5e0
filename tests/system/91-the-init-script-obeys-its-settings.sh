#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Rules, log, socket, scan and foreground settings; what the daemon refuses is told to the caller.
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
new_group s
group=$NEW gid=$NEW_ID

echo "$n:prog $C1 $CG/a" | rules
as "$n" "$n" "$(program prog)"
assert_runs "$T/bin/prog"

init_settings "SOCKET_GROUP=$group"
initd 0 start
assert [ "$(stat -c %g "$T/run/cgred.socket")" = "$gid" ]
assert_unmoved "$PID"
initd 0 stop

init_settings NODAEMON=--nodaemon SOCKET_USER=65534
initd 0 start
assert [ "$(stat -c %u "$T/run/cgred.socket")" = 65534 ]
settle
initd 0 stop

init_settings LOG=--nolog NODAEMON=yes SCAN=yes
initd 0 start
assert_in "$PID" "$C1" "$CG/a"
initd 0 stop

init_settings "SOCKET_USER=${TAG}nobody"
initd 6 start
assert [ -z "$DAEMON" ]

init_settings ""
initd 0 start
first=$DAEMON
echo nonsense >"$T/rules"
initd 6 restart
assert [ "$DAEMON" = "$first" ]
assert kill -0 "$first"
initd 0 stop
initd 6 start
assert [ -z "$DAEMON" ]

steps gid 65534 uid 65534 exec /bin/sh "$TOP/scripts/init.d/cgred" start
STATUS=0
wait "$PID" || STATUS=$?
assert_status 4
