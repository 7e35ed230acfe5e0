#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Its values, and its permissions: task owner on tasks and on cgroup.procs, admin owner on the rest.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

has_controller pids || skip "no pids controller"
n=$BASE_UID
new_user task
task=$NEW task_ids=$NEW_IDS
new_user admin
admin=$NEW admin_ids=$NEW_IDS
cat >"$T/cgconfig.conf" <<E
# a comment
template $CG/%u {
	perm {
		task {
			uid = $task;
			gid = $task;
			fperm = 664;
		}
		admin {
			uid = $admin;
			gid = $admin;
			dperm = 775;
			fperm = 644;
		}
	}
	pids {
		pids.max = 77;
	}
}
template $CG/by-%p/%U {
	pids { pids.max = "88"; }
}
E
rules <<E
$n          pids  $CG/%u
$((n + 1))  pids  $CG/by-%p/%U
$((n + 2))  pids  $CG/none-%U
E
start_daemon
prog=$(program prog)

as "$n" "$n" "$prog"
assert_in "$PID" pids "$CG/$n"
dir=$(group_dir pids "$CG/$n")
assert [ "$(cat "$dir/pids.max")" = 77 ]
assert [ "$(stat -c %u:%g "$dir/cgroup.procs")" = "$task_ids" ]
assert [ "$(stat -c %a "$dir/cgroup.procs")" = 664 ]
if [ -e "$dir/tasks" ]; then
	assert [ "$(stat -c %u:%g:%a "$dir/tasks")" = "$task_ids:664" ]
fi
assert [ "$(stat -c %u:%g:%a "$dir")" = "$admin_ids:775" ]
assert [ "$(stat -c %u:%g:%a "$dir/pids.max")" = "$admin_ids:644" ]

as $((n + 1)) "$n" "$prog"
assert_in "$PID" pids "$CG/by-prog/$((n + 1))"
assert [ "$(cat "$(group_dir pids "$CG/by-prog/$((n + 1))")/pids.max")" = 88 ]

as $((n + 2)) "$n" "$prog"
assert_in "$PID" pids "$CG/none-$((n + 2))"
assert [ "$(cat "$(group_dir pids "$CG/none-$((n + 2))")/pids.max")" = max ]
stop_daemon
