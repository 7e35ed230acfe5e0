#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The same by the kernel itself, as far as this machine can: a group without CPUs, a threaded one, one
# that hands controllers on, one that was removed while the daemon held it.
#
# vm: yes
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
prog=$(program prog)
make_group "$CG/a"
add=
# In hybrid mode a kernel without the v1 side of it has cpuset in the unified tree.
if has_controller cpuset && [ "$(hierarchy cpuset)" != "$V2_ROOT" ]; then
	mkdir -p "$(hierarchy cpuset)/$CG" "$(hierarchy cpuset)/$CG/empty"
	add="$add
$((n + 1))  cpuset  $CG/empty"
fi
if [ -n "$V2_ROOT" ]; then
	# Beside a threaded group there are no others.
	make_group "$CG/domain/threaded" cgroup
	make_group "$CG/domain/plain" cgroup
	echo threaded >"$V2_ROOT/$CG/domain/threaded/cgroup.type" 2>/dev/null && add="$add
$((n + 2))  cgroup  $CG/domain/plain"
fi
if [ "$MODE" = v2 ]; then
	make_group "$CG/inner/below"
	echo +memory >"$V2_ROOT/$CG/cgroup.subtree_control"
	echo +memory >"$V2_ROOT/$CG/inner/cgroup.subtree_control"
	add="$add
$((n + 3))  cgroup  $CG/inner"
fi
rules <<E
$n  $C1  $CG/a
$add
E
start_daemon
all=0
# refused UID CAUSE REPAIR...
refused() {
	_who=$1 _cause=$2
	shift 2
	grep -q "^$_who " "$T/rules" || return 0
	mark_log
	for _ in 1 2 3; do
		as "$_who" "$n" "$prog"
		as "$n" "$n" "$prog"
		assert_in "$PID" "$C1" "$CG/a"
	done
	settle
	[ "$(log | grep -c "stays where it is.*$_cause")" -eq 1 ] || fail "not said once: $_cause: $(log)"
	"$@"
	as "$_who" "$n" "$prog"
	mark_log
	wait_for 3 is_placed "$PID" || fail "$_cause: not placed when the cause is gone"
	all=$((all + 7))
}
is_placed() {
	grep -q ":/$CG/" "/proc/$1/cgroup"
}
fill() {
	fill_cpuset "$(hierarchy cpuset)/$CG"
	fill_cpuset "$(hierarchy cpuset)/$CG/empty"
}
unthread() {
	rmdir "$V2_ROOT/$CG/domain/threaded"
}
no_controllers() {
	echo -memory >"$V2_ROOT/$CG/inner/cgroup.subtree_control"
}
refused $((n + 1)) 'cpuset.cpus' fill
# A real-time process and no real-time run time in the group, where the kernel knows that.
if [ -f "$(hierarchy cpu)/$CG/a/cpu.rt_runtime_us" ] && "$T/bin/steps" fifo 2>/dev/null; then
	mark_log
	steps fifo gid "$n" uid "$n" exec "$prog"
	assert_unmoved "$PID"
	assert_logged 'cpu.rt_runtime_us'
	stop "$PID"
	all=$((all + 1))
fi
refused $((n + 2)) 'threaded' unthread
refused $((n + 3)) 'controllers to groups below' no_controllers

# Removed while it is held, and made again: nobody notices.
for _ in 1 2 3 4 5; do
	as "$n" "$n" "$prog"
	assert_in "$PID" "$C1" "$CG/a"
	for pid in $(procs_of "$CG/a"); do
		stop "$pid"
	done
	wait_for 5 rmdir "$(group_dir "$C1" "$CG/a")" 2>/dev/null || fail "cannot remove it"
	make_group "$CG/a"
	all=$((all + 1))
done
as "$n" "$n" "$prog"
assert_in "$PID" "$C1" "$CG/a"

# Removed while it is held, and not made again: said like that of a group that never was, and once.
stop "$PID"
wait_for 5 rmdir "$(group_dir "$C1" "$CG/a")" 2>/dev/null || fail "cannot remove it"
mark_log
for _ in 1 2 3; do
	as "$n" "$n" "$prog"
	assert_unmoved "$PID"
done
[ "$(log | grep -c 'does not exist in .*, nor in cgconfig.conf')" -eq 1 ] || fail "not said once: $(log)"
make_group "$CG/a"
as "$n" "$n" "$prog"
assert_in "$PID" "$C1" "$CG/a"
all=$((all + 4))
figure 9 "refused by the kernel itself: works when the cause is gone" $all $all 0 0 0
stop_daemon
