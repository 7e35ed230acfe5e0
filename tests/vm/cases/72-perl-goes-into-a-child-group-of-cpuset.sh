#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# libcgroup's functional test on v2: root's perl, named by its full path, goes into a child group of cpuset.
#
# modes: v2
# needs: perl controller:cpuset
. "$(dirname "$0")/../../lib.sh"

need perl
make_group "$CG/childcg" cpuset
rules <<E
root:/usr/bin/perl  cpuset  $CG/childcg
E
start_daemon
start /usr/bin/perl -e 'sleep(600)'
assert_in "$PID" cpuset "$CG/childcg"
assert [ -f "$V2_ROOT/$CG/childcg/cpuset.cpus" ]
as "$BASE_UID" "$BASE_UID" /usr/bin/perl -e 'sleep(600)'
assert_unmoved "$PID" cpuset
stop_daemon
