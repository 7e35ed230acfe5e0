#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Rules move the processes of services. systemd still knows the main process: the service is active, restarts and
# stops. What else was moved out of the service is not killed with it on v2 (systemd kills by group), but is on hybrid.
# setup: yes
# inits: systemd
# shellcheck shell=dash disable=SC1090,SC1091,SC2154
set -eu
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	install_cgred idle-main idle-child idle-forking <<-END
		root:idle-main     pids  services
		root:idle-child    pids  services
		root:idle-forking  pids  services
	END
	echo 'group services { pids { } }' > /etc/cgconfig.conf
	printf '%s\n' '[Service]' "ExecStart=/bin/sh -c '/usr/local/bin/idle-child & exec /usr/local/bin/idle-main'" \
		> /etc/systemd/system/moved.service
	printf '%s\n' '[Service]' Type=forking PIDFile=/run/forking.pid \
		"ExecStart=/bin/sh -c '/usr/local/bin/idle-forking & echo \$! > /run/forking.pid'" \
		> /etc/systemd/system/forking.service
	exit 0
fi

main_pid() { systemctl show -p MainPID --value "$1"; }

systemctl start moved
placed idle-main pids services
main=$pid
placed idle-child pids services
child=$pid
sleep 1
systemctl is-active --quiet moved || fail "the service is not active"
[ "$(main_pid moved)" = "$main" ] || fail "systemd lost the main process"
systemctl stop moved || fail "stop"
wait_for 20 is_gone "$main" || fail "the main process goes on after the stop"
[ "$(systemctl show -p Result --value moved)" = success ] || fail "it did not end well"
if [ "$MODE" = v2 ]; then
	is_gone "$child" || echo "note: another process that was moved goes on, as doc says"
	kill "$child" 2>/dev/null || :
else
	wait_for 20 is_gone "$child" || fail "another process of the service goes on after the stop"
fi

# Its pid file names a process that may be out of the service when systemd reads it.
systemctl start forking || fail "a forking service does not start"
placed idle-forking pids services
sleep 1
systemctl is-active --quiet forking || fail "a forking service is not active"
[ "$(main_pid forking)" = "$pid" ] || fail "systemd lost the main process of a forking service"
systemctl stop forking
wait_for 20 is_gone "$pid" || fail "a forking service goes on after its stop"
