#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# /etc/cgrules.conf, /etc/cgrules.d, /etc/cgconfig.conf, /etc/cgconfig.d and /run, without any option.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

has_controller pids || skip "no pids controller"
help=$("$CGRED" --help)
case $help in */etc/cgrules.conf*"(/run)"*) ;; *) skip "built for other directories than /etc and /run" ;; esac
private_mounts

n=$BASE_UID
mkdir /etc/cgrules.d /etc/cgconfig.d
echo "$n pids $CG/a-%U" >"$T/rules"
add_barrier "$T/rules"
mv "$T/rules" /etc/cgrules.conf
echo "$((n + 1)) pids $CG/b-%U" >/etc/cgrules.d/more.conf
echo "template $CG/a-%U { pids { pids.max = 55; } }" >/etc/cgconfig.conf
echo "template $CG/b-%U { pids { pids.max = 44; } }" >/etc/cgconfig.d/more.conf

"$CGRED" -n --nolog -v -v >>"$LOG" 2>&1 &
DAEMON=$!
wait_for 10 says_ready || fail "not ready"
assert [ "$(cat /run/cgred.pid)" = "$DAEMON" ]
assert [ -S /run/cgred.socket ]
prog=$(program prog)
as "$n" 1 "$prog"
assert_in "$PID" pids "$CG/a-$n"
assert [ "$(cat "$(group_dir pids "$CG/a-$n")/pids.max")" = 55 ]
as $((n + 1)) 1 "$prog"
assert_in "$PID" pids "$CG/b-$((n + 1))"
assert [ "$(cat "$(group_dir pids "$CG/b-$((n + 1))")/pids.max")" = 44 ]
stop_daemon

mv /etc/cgrules.conf "$T/rules"
start_daemon
as $((n + 1)) 1 "$prog"
assert_unmoved "$PID" pids
stop_daemon
