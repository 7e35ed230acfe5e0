#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The init script, enabled before the boot by update-rc.d: cgred runs and places after the boot; then every command by
# hand.
# setup: yes
# inits: sysvinit
# shellcheck shell=dash
set -eu

group=cgredtest
case $MODE in
v2) root=/sys/fs/cgroup ;;
*) root=/sys/fs/cgroup/cpu ;;
esac

if [ "${1:-}" = setup ]; then
	cp "$CGRED" /usr/sbin/cgred
	cp /cgred/scripts/init.d/cgred /etc/init.d/
	chmod 755 /etc/init.d/cgred
	mkdir -p /etc/sysconfig
	cp /cgred/samples/cgred.conf /etc/sysconfig/cgred.conf
	cp "$TESTS/helpers/idle" /usr/local/bin/idle
	echo "alice:/usr/local/bin/idle  cpu  $group" > /etc/cgrules.conf
	update-rc.d cgred defaults
	exit 0
fi

fail() {
	echo "fail: $*"
	tail -n 30 /var/log/cgred.log /var/log/cgred 2>/dev/null || :
	exit 1
}
# Usage: gives STATUS COMMAND
gives() {
	local status=0
	/etc/init.d/cgred "$2" || status=$?
	[ "$status" = "$1" ] || fail "$2 gives $status, not $1"
}
is_placed() { grep -q "[:,]cpu[,:].*/$group\$\|^0::/$group\$" "/proc/$1/cgroup"; }
places() {
	local pid tries=0
	setpriv --reuid=1001 --regid=1001 --init-groups /usr/local/bin/idle &
	pid=$!
	until is_placed "$pid"; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || fail "not placed: $(cat "/proc/$pid/cgroup")"
		sleep 0.1
	done
	kill "$pid"
}

mkdir "$root/$group"
gives 0 status
places
pid=$(cat /run/cgred.pid)
gives 0 start
[ "$(cat /run/cgred.pid)" = "$pid" ] || fail "a second start made it another process"
gives 0 flash
gives 0 reload
[ "$(cat /run/cgred.pid)" = "$pid" ] || fail "a reload made it another process"
gives 0 restart
[ "$(cat /run/cgred.pid)" != "$pid" ] || fail "a restart left the old process"
places
gives 0 condrestart
gives 0 stop
! pidof cgred || fail "still there after stop"
gives 3 status
gives 0 condrestart
! pidof cgred || fail "condrestart started it"
gives 7 reload
gives 0 stop
gives 0 start
gives 0 status
places
gives 3 nosuch-command
