#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A file with the controllers' names of v1 works on v2, where some have another name (blkio: io) and some no files at
# all (cpuacct, freezer, devices, net_cls): the process goes where the rule says.
#
# modes: v2
# needs: controller:io
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice) bob=$(id -u bob)
mkdir -p "$V2_ROOT/$CG/io"
rules <<E
alice  blkio,cpuacct       $CG/io
bob    cpuacct,freezer     $CG/made/%u
%      perf_event          $CG/made/%u
E
start_daemon
as "$alice" "$alice" "$(program prog)"
assert_in "$PID" cgroup "$CG/io"
assert [ -f "$V2_ROOT/$CG/io/io.max" ]
as "$bob" "$bob" "$T/bin/prog"
assert_in "$PID" cgroup "$CG/made/bob"
assert_not_logged "warning|error"
stop_daemon
