#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A destination without substitutions that cgconfig.conf describes need not exist before.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

has_controller pids || skip "no pids controller"
n=$BASE_UID
new_user task
cat >"$T/cgconfig.conf" <<E
group $CG/described {
	perm {
		task { uid = $NEW; gid = $NEW; }
		admin { uid = root; gid = root; }
	}
	pids { pids.max = 66; }
}
E
rules <<E
$n  pids  $CG/described
E
start_daemon
as "$n" "$n" "$(program prog)"
assert_in "$PID" pids "$CG/described"
dir=$(group_dir pids "$CG/described")
assert [ "$(cat "$dir/pids.max")" = 66 ]
assert [ "$(stat -c %u:%g "$dir/cgroup.procs")" = "$NEW_IDS" ]
stop_daemon
