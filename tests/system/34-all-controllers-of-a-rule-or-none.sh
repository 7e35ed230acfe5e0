#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A cpuset without CPUs cannot take a process: then it stays where it is on the other controller too.
#
# modes: v1 hybrid
# vm: yes
. "$(dirname "$0")/../lib.sh"

case $(hierarchy cpuset) in '' | "$V2_ROOT") skip "linux $(uname -r) has no cpuset on v1" ;; esac
n=$BASE_UID
make_group "$CG/set" "$C1"
make_group "$CG" cpuset
mkdir "$(group_dir cpuset "$CG/set")"
rules <<E
$n          $C1,cpuset     $CG/set
$((n + 1))  $C1,nosuchctl  $CG/set
E
start_daemon_plain
prog=$(program prog)
as "$n" "$n" "$prog"
assert_unmoved "$PID" "$C1" cpuset
assert_logged "$T/rules:1.*cpuset|cpuset.*$T/rules:1"
as $((n + 1)) "$n" "$prog"
assert_unmoved "$PID" "$C1"
assert_logged "$T/rules:2.*nosuchctl|nosuchctl.*$T/rules:2"

fill_cpuset "$(group_dir cpuset "$CG/set")"
as "$n" "$n" "$prog"
assert_in "$PID" "$C1" "$CG/set"
assert_in "$PID" cpuset "$CG/set"
stop_daemon
