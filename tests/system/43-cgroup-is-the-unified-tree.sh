#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In hybrid mode the name "cgroup" stands for the bare unified hierarchy, and for no other.
#
# modes: hybrid v2
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/unified" cgroup
rules <<E
$n  cgroup  $CG/unified
E
start_daemon
as "$n" "$n" "$(program prog)"
assert_in "$PID" cgroup "$CG/unified"
if [ "$MODE" = hybrid ]; then
	assert_unmoved "$PID" "$C1"
fi
stop_daemon
