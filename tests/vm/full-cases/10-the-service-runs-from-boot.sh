#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The unit, enabled before the boot: systemd starts cgred, is told when it is ready, reloads, restarts and stops it.
# setup: yes
# inits: systemd
# shellcheck shell=dash
set -eu

if [ "${1:-}" = setup ]; then
	cp "$CGRED" /usr/sbin/cgred
	cp /cgred/scripts/cgred.service /etc/systemd/system/
	mkdir -p /etc/systemd/system/multi-user.target.wants
	ln -s ../cgred.service /etc/systemd/system/multi-user.target.wants/
	echo 'alice:nosuch  cpu  nosuch' > /etc/cgrules.conf
	exit 0
fi

fail() {
	echo "fail: $*"
	systemctl status cgred --no-pager --lines 50 || :
	exit 1
}
main_pid() { systemctl show -p MainPID --value cgred; }

systemctl is-active cgred || fail "not active after the boot"
pid=$(main_pid)
[ "$(readlink "/proc/$pid/exe")" = /usr/sbin/cgred ] || fail "the main process is not cgred"
grep -q '/system.slice/cgred.service$' "/proc/$pid/cgroup" || fail "not in its own service"
systemctl reload cgred || fail "reload"
[ "$(main_pid)" = "$pid" ] || fail "a reload made it another process"
systemctl restart cgred || fail "restart"
[ "$(main_pid)" != "$pid" ] || fail "a restart left the old process"
systemctl is-active cgred || fail "not active after restart"
[ "$(systemctl show -p NRestarts --value cgred)" = 0 ] || fail "it was restarted by itself"
systemctl stop cgred || fail "stop"
[ "$(systemctl show -p Result --value cgred)" = success ] || fail "it did not end well"
! pidof cgred || fail "still there after stop"

echo 'this is no rule' > /etc/cgrules.conf
! systemctl start cgred || fail "starts with errors in the rules"
[ "$(systemctl show -p ExecMainStatus --value cgred)" = 99 ] || fail "not status 99 for errors in the rules"
