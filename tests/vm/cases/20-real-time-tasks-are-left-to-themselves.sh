#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# With "ignore_rt" before a rule for everybody, a real-time task stays in the group it was put into, wherever that
# is; when it is none any more, and does something, it goes where everybody goes.
#
# vm-only
. "$(dirname "$0")/../../lib.sh"

make_group_everywhere "$CG/default"
make_group_everywhere "$CG/audio"
rules_for_all <<E
*  *  *             ignore_rt
*  *  $CG/default
E
# In every hierarchy, by the task itself.
entering=
for root in $(hierarchies); do
	entering="$entering enter $root/$CG/audio/cgroup.procs"
done
prog=$(program prog)
start_daemon

# parent STEP...: a process that takes them when it has been placed: what moves itself while the daemon moves it, too,
# comes to be in both groups, and so does its child.
parent() {
	rm -f "$T/placed"
	steps wait "$T/placed" "$@"
	assert_in_all "$PID" "$CG/default"
	: >"$T/placed"
}

# A child that is born in the group: its parent was placed, and moved away again.
for policy in fifo rr; do
	# shellcheck disable=SC2086  # a list of steps
	parent $policy $entering groups "" gid "$BASE_UID" uid "$BASE_UID" fork exec "$prog"
	pid=$(child)
	assert_runs "$prog" "$pid"
	settle
	assert_in_all "$pid" "$CG/audio"
done
# shellcheck disable=SC2086
parent rr $entering fork wait "$T/go" other gid "$BASE_UID" uid "$BASE_UID" exec "$prog"
pid=$(child)
settle
assert_in_all "$pid" "$CG/audio"
: >"$T/go"
assert_in_all "$pid" "$CG/default"
steps other exec "$prog"
assert_in_all "$PID" "$CG/default"
stop_daemon
