#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The exec event that follows a placement by the gate costs no second move: the kernel tells of one move for
# each exec (where it can be asked), the log of one placement.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

make_group "$CG/a"
prog=$(program prog)
printf '#!%s\n' "$(program interpreter)" >"$T/bin/script"
chmod 755 "$T/bin/script"
rules <<E
$n:$prog         $C1  $CG/a
$n:$T/bin/script $C1  $CG/a
$n:$T/bin/interpreter $C1  $CG/a
E
start_gate

# An instance of its own: other users of the tracer are left alone.
TRACE=
for dir in /sys/kernel/tracing /sys/kernel/debug/tracing; do
	if [ -z "$TRACE" ] && [ "${CGRED_VM-}" = 1 ]; then
		mountpoint -q $dir 2>/dev/null || mount -t tracefs none $dir 2>/dev/null || :
	fi
	[ ! -e "$dir/events/cgroup/cgroup_attach_task" ] || [ -n "$TRACE" ] || TRACE=$dir/instances/$TAG
done
end_trace() {
	[ -z "$TRACE" ] || rmdir "$TRACE" 2>/dev/null || :
}
trap 'cleanup; end_trace' EXIT
if [ -n "$TRACE" ]; then
	mkdir "$TRACE"
	echo 1 >"$TRACE/events/cgroup/cgroup_attach_task/enable"
fi

# moves PID: into the test's group, as the kernel tells it.
moves() {
	grep -c "cgroup_attach_task:.*dst_path=/$CG/a .*pid=$1 " "$TRACE/trace" || :
}

pids=
for program in "$prog" "$T/bin/script" "$T/bin/interpreter"; do
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		as "$n" "$n" "$program"
		pids="$pids $PID"
	done
done
for pid in $pids; do
	assert_in "$pid" "$C1" "$CG/a"
done
settle
for pid in $pids; do
	[ "$(placements "$pid")" -eq 1 ] || fail "$(placements "$pid") placements of $pid: $(log | grep "placed $pid ")"
	log | grep "placed $pid (" | grep -q 'before its first instruction' || fail "$pid was placed late"
	[ -z "$TRACE" ] || [ "$(moves "$pid")" -eq 1 ] || fail "$(moves "$pid") moves of $pid: $(grep "pid=$pid " "$TRACE/trace")"
	stop "$pid"
done
assert_not_logged 'taken back'
[ -n "$TRACE" ] || echo "the kernel cannot be asked: the log alone was read"
stop_daemon
end_trace
