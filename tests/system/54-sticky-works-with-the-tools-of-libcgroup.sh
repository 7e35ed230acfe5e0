#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# cgexec --sticky, cgexec, cgclassify --sticky and --cancel-sticky of the package cgroup-tools.
#
# needs: program:cgexec program:cgclassify
# vm: yes
. "$(dirname "$0")/../lib.sh"

need cgexec cgclassify
private_mounts

n=$BASE_UID
make_group "$CG/a"
make_group "$CG/own"
rules <<E
$n:prog  $C1  $CG/a
E
RUN_DIR=/run
start_daemon
assert [ -S /run/cgred.socket ]
prog=$(program prog)
stays() {
	assert_runs "$prog" "$1"
	settle
	assert_in "$1" "$C1" "$CG/own"
}

start cgexec -g "$C1:$CG/own" --sticky "$T/bin/steps" gid "$n" uid "$n" exec "$prog"
stays "$PID"
start cgexec -g "$C1:$CG/own" --sticky "$T/bin/steps" gid "$n" uid "$n" fork exec "$prog"
stays "$(child)"

start cgexec -g "$C1:$CG/own" "$T/bin/steps" gid "$n" uid "$n" exec "$prog"
stays "$PID"
start cgexec -g "$C1:$CG/own" "$T/bin/steps" gid "$n" uid "$n" fork exec "$prog"
assert_in "$(child)" "$C1" "$CG/a"

steps gid "$n" uid "$n" wait "$T/go.1" exec "$prog"
assert cgclassify -g "$C1:$CG/own" --sticky "$PID"
: >"$T/go.1"
stays "$PID"

steps gid "$n" uid "$n" wait "$T/go.2" exec "$prog"
assert cgclassify -g "$C1:$CG/own" --sticky "$PID"
assert cgclassify -g "$C1:$CG/own" --cancel-sticky "$PID"
: >"$T/go.2"
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
