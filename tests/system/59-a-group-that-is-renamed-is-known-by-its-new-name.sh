#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Groups of v1 can be renamed. Who is in one is then where its new name says, and who is below it, too.
#
# vm: yes
# modes: v1 hybrid
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
dir=$(hierarchy "$C1")
[ ! -e "$dir/cgroup.controllers" ] || skip "$C1 is of the unified hierarchy, whose groups keep their names"
make_group "$CG/place/below"
prog=$(program prog)
rules <<E
$n:$prog  $C1  $CG/place
E
start_daemon

# enter GROUP FILE: a process that executes the program when there is the file.
enter() {
	steps groups "" gid "$n" uid "$n" say ready wait "$T/$2" exec "$prog"
	wait_for 5 says ready || fail "no process"
	settle
	echo "$PID" >"$dir/$1/cgroup.procs"
}

for group in place place/below; do
	enter "$CG/$group" before
	before=$PID
	enter "$CG/$group" other
	other=$PID
	enter "$CG/$group" after
	after=$PID
	# What was read for the first is true of the second.
	: >"$T/before"
	assert_runs "$prog" "$before"
	settle
	: >"$T/other"
	assert_runs "$prog" "$other"
	settle
	for pid in $before $other; do
		assert is_in "$pid" "$C1" "$CG/$group"
		assert [ "$(placements "$pid")" -eq 0 ]
	done
	mv "$dir/$CG/place" "$dir/$CG/old-${group##*/}"
	make_group "$CG/place/below" "$C1"
	: >"$T/after"
	assert_in "$after" "$C1" "$CG/place"
	for pid in $before $other $after; do
		stop "$pid"
	done
	rm "$T/before" "$T/other" "$T/after"
done
stop_daemon
