#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The Debian is what INIT and MODE say: without this no other verdict means anything.
# setup: yes
# shellcheck shell=dash disable=SC2317  # functions are called through check
set -u

if [ "${1:-}" = setup ]; then
	echo "set up before the boot" > /etc/cgred-was-here
	exit 0
fi

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
mounted() { grep -q "^[^ ]* $1 $2 " /proc/mounts; }
same() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'"; false; }; }

cat /etc/debian_version
uname -r
check "setup ran before the boot" same "$(cat /etc/cgred-was-here)" "set up before the boot"
check "runs as root" same "$(id -u)" 0
check "alice is 1001" same "$(id -u alice)" 1001
check "root is a disk" mounted / ext4
case $MODE in
v2) check "cgroup2" mounted /sys/fs/cgroup cgroup2 ;;
hybrid) check "cgroup2 at unified" mounted /sys/fs/cgroup/unified cgroup2 ;;
v1) check "no cgroup2" same "$(grep -c ' cgroup2 ' /proc/mounts)" 0 ;;
esac
[ "$MODE" = v2 ] || check "v1 pids" mounted /sys/fs/cgroup/pids cgroup

case $INIT in
systemd)
	check "PID 1 is systemd" same "$(cat /proc/1/comm)" systemd
	check "the system runs" same "$(systemctl is-system-running)" running
	check "we are a service" grep -q '/system.slice/cgred-case.service$' /proc/self/cgroup
	check "cron is a service" grep -q '/system.slice/cron.service$' "/proc/$(systemctl show -p MainPID --value cron)/cgroup"
	check "su makes a session" su -l alice -c "grep -q '/user.slice/user-1001.slice/session-.*scope' /proc/self/cgroup"
	check "a transient scope can be made" systemd-run --quiet --scope true
	systemctl --version | head -n 1
	systemctl show -p UserspaceTimestampMonotonic -p FinishTimestampMonotonic
	;;
sysvinit)
	check "PID 1 is init" same "$(cat /proc/1/comm)" init
	check "runlevel 2" same "$(runlevel | tail -c 2 | tr -d '\n')" 2
	check "cron runs" pgrep -x cron
	;;
esac
cat /proc/self/cgroup
exit $failed
