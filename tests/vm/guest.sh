# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash disable=SC1091,SC2013,SC2154  # busybox; words, not lines; /vm/settings
# What the scripts in a VM do alike: say marks, mount, load modules, run a case. Sourced; TOKEN, KERNEL, MODE, INIT,
# SCALE, BURST, TIMES, MANY, WAYS and CYCLES come from /vm/settings.

mark() { printf '\n@@%s %s\n' "$TOKEN" "$*"; }
finish() {
	[ $# = 0 ] || mark "$@"
	mark 'done'
	poweroff -f
}

mount_basics() {
	mount -t proc proc /proc
	mount -t sysfs sys /sys
	mkdir -p /dev/pts /dev/shm
	mount -t devpts pts /dev/pts
	mount -t tmpfs shm /dev/shm
	mount -t tmpfs -o mode=755 run /run
	mount -t tmpfs -o mode=1777 tmp /tmp
	hostname cgred-vm
	ip link set lo up
}

controllers_of_v1() { awk '!/^#/ && $4 == 1 { print $1 }' /proc/cgroups; }

# Each v1 controller on its own, and a named hierarchy like systemd's. Kernels from 6.12 on list memory
# and cpuset in /proc/cgroups but can be built without their v1 side: said in the output, and "needs:
# controller:memory" then skips the case.
mount_v1() {
	local c mounted=
	mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
	for c in $(controllers_of_v1); do
		mkdir "/sys/fs/cgroup/$c"
		if mount -t cgroup -o "$c" "cgroup" "/sys/fs/cgroup/$c" 2>/dev/null; then
			mounted=yes
		else
			rmdir "/sys/fs/cgroup/$c"
			echo "the kernel has no v1 hierarchy for $c"
			expected_without_v1 "$c" || finish broken "v1 controller $c cannot be mounted on $(uname -r)"
		fi
	done
	[ "$mounted" ] || finish skip-all "linux $(uname -r) has no v1 controllers"
	mkdir /sys/fs/cgroup/systemd
	mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
}

# Only these are known to have lost v1, and only where the kernel's configuration says so.
expected_without_v1() {
	case $1 in
	memory) grep -q '^# CONFIG_MEMCG_V1 is not set' /vm/config ;;
	cpuset) grep -q '^# CONFIG_CPUSETS_V1 is not set' /vm/config ;;
	*) false ;;
	esac
}

enable_all() {
	local c
	for c in $(cat "$1/cgroup.controllers"); do
		echo "+$c" > "$1/cgroup.subtree_control" || finish broken "v2 controller $c cannot be enabled"
	done
}

mount_hierarchies() {
	case $MODE in
	v1)
		mount_v1
		;;
	hybrid)
		mount_v1
		mkdir /sys/fs/cgroup/unified
		mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
		;;
	v2)
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		enable_all /sys/fs/cgroup
		;;
	esac
}

# A reason why this kernel and mode cannot run the case, or nothing. Needs of the host's kind (programs)
# are packed already.
unmet() {
	local need
	for need; do
		case $need in
		controller:*) has_controller "${need#*:}" || echo "no ${need#*:} controller in mode $MODE of linux $(uname -r)" ;;
		module:*) load_module "${need#*:}" || echo "module ${need#*:} does not load on linux $(uname -r)" ;;
		esac
	done | head -n 1
}

has_controller() {
	[ -d "/sys/fs/cgroup/$1" ] || grep -qw "$1" /sys/fs/cgroup/cgroup.controllers 2>/dev/null
}

load_module() {
	local file
	while read -r file; do
		insmod "/vm/modules/$file" 2>/tmp/insmod || grep -q 'File exists' /tmp/insmod || return 1
	done < "/vm/modules/$1.list"
}

hundredths() {
	local up rest
	read -r up rest < /proc/uptime
	echo "${up%.*}${up#*.}"
}

# Usage: run_case NUMBER PATH TIMEOUT NAME
run_case() {
	local start pid status verdict took reason=
	start=$(hundredths)
	cd /tmp || return
	rm -f /vm/hung
	env -i PATH="$PATH" HOME=/root LC_ALL=C KERNEL="$KERNEL" MODE="$MODE" INIT="$INIT" CGRED_CASE="$4" \
		CGRED=/cgred/cgred TESTS=/cgred/tests TESTLIB=/cgred/tests/lib.sh \
		CGRED_VM=1 CGRED_BUILD=/cgred CGRED_SCALE="$SCALE" CGRED_BURST="$BURST" CGRED_TIMES="$TIMES" \
		CGRED_MANY="$MANY" CGRED_WAYS="$WAYS" CGRED_BENCH_CYCLES="$CYCLES" \
		setsid sh "$2" 3<&- &
	pid=$!
	(
		sleep "$3"
		: > /vm/hung
		kill -KILL "$pid"
	) &
	wait "$pid"
	status=$?
	took=$(($(hundredths) - start))
	case $status in
	0) verdict=ok ;;
	77) verdict=skip ;;
	*)
		verdict=FAIL
		reason="exit status $status"
		;;
	esac
	if [ -e /vm/hung ]; then
		verdict=HANG
		reason="did not end in $3 seconds"
	fi
	mark end "$1" "$verdict" "$((took / 100)).$((took / 10 % 10)) $reason"
}
