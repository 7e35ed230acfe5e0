#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The VM is what KERNEL and MODE say: without this no other verdict means anything.
# shellcheck shell=dash disable=SC2317  # functions are called through check
set -u

failed=0
check() {
	local what=$1
	shift
	if "$@"; then
		echo "ok: $what"
	else
		echo "FAILED: $what"
		failed=1
	fi
}

kernel_is() {
	case $KERNEL:$(uname -r) in
	bullseye:5.10.*|bookworm:6.1.*|trixie:6.12.*|sid:[789].*) true ;;
	*) false ;;
	esac
}

mounted() { grep -q "^[^ ]* $1 $2 " /proc/mounts; }
# The text after the last colon of a line of /proc/self/cgroup. Usage: in_root LINE-START
in_root() { grep -q "^$1:/\$" /proc/self/cgroup; }
v1_controllers() { awk '!/^#/ && $2 != 0 && $4 == 1 { print $1 }' /proc/cgroups; }
configured() { grep -q "^CONFIG_$1=y" /vm/config; }
same() { [ "$1" = "$2" ]; }

# A move works: a process goes into a new group of the hierarchy at $1, and back.
can_move() {
	local pid where
	mkdir "$1/vm-itself" || return 1
	sleep 100 &
	pid=$!
	echo "$pid" > "$1/vm-itself/cgroup.procs"
	where=$(grep -c "/vm-itself\$" "/proc/$pid/cgroup")
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	rmdir "$1/vm-itself"
	[ "$where" -ge 1 ]
}

check "linux $(uname -r) is of $KERNEL" kernel_is
check "runs as root" same "$(id -u)" 0
check "PID 1 is our init" same "$(tr '\0' ' ' < /proc/1/cmdline)" "/bin/sh /init "

case $MODE in
v2)
	check "cgroup2 at /sys/fs/cgroup" mounted /sys/fs/cgroup cgroup2
	check "no v1 hierarchy" same "$(grep -c ' cgroup ' /proc/mounts)" 0
	for c in cpu memory pids io cpuset; do
		check "controller $c enabled" grep -qw "$c" /sys/fs/cgroup/cgroup.subtree_control
	done
	check "all controllers enabled" same "$(cat /sys/fs/cgroup/cgroup.controllers)" \
		"$(cat /sys/fs/cgroup/cgroup.subtree_control)"
	check "we are in the root" in_root 0:
	check "move on v2" can_move /sys/fs/cgroup
	;;
hybrid)
	check "cgroup2 at unified" mounted /sys/fs/cgroup/unified cgroup2
	check "move on v2" can_move /sys/fs/cgroup/unified
	;;
v1)
	check "no cgroup2" same "$(grep -c ' cgroup2 ' /proc/mounts)" 0
	;;
esac

if [ "$MODE" != v2 ]; then
	for c in cpu cpuacct pids freezer devices net_cls; do
		check "v1 hierarchy for $c" mounted "/sys/fs/cgroup/$c" cgroup
		check "/proc/self/cgroup has $c" in_root "[0-9]*:$c"
	done
	for c in $(v1_controllers); do
		check "v1 hierarchy of $c is at its place" mounted "/sys/fs/cgroup/$c" cgroup
	done
	case $KERNEL in
	bullseye|bookworm)
		check "v1 memory" mounted /sys/fs/cgroup/memory cgroup
		check "v1 cpuset" mounted /sys/fs/cgroup/cpuset cgroup
		;;
	esac
	check "named hierarchy" in_root "[0-9]*:name=systemd"
	check "move on v1" can_move /sys/fs/cgroup/cpu
	check "move in the named hierarchy" can_move /sys/fs/cgroup/systemd
fi

check "kernel has the proc connector" configured PROC_EVENTS
check "kernel has fanotify permission events" configured FANOTIFY_ACCESS_PERMISSIONS
check "kernel has audit" configured AUDIT
check "alice is 1001" same "$(id -u alice)" 1001
check "alice is in students" same "$(id -nG alice | tr ' ' '\n' | grep -c students)" 1
check "glibc programs run" /usr/bin/true
check "sleep is a program of its own" same "$(/usr/bin/env -i /usr/bin/sleep --version | head -c 5)" sleep
check "setpriv changes the user" same "$(/usr/bin/setpriv --reuid=1001 --regid=1001 --clear-groups /usr/bin/id -u)" 1001
check "/tmp is writable for all" same "$(stat -c %a /tmp)" 1777
check "loopback is up" grep -q . /sys/class/net/lo/address

cat /proc/self/cgroup
exit $failed
