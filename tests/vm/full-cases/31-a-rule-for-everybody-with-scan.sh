#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# "* pids default" and --scan from boot: all services are moved, and the system goes on: it boots, people log in,
# their sessions and managers stay, services restart, and PID 1 stays where it is.
# setup: yes
# inits: systemd
# timeout: 240
# shellcheck shell=dash disable=SC1090,SC1091,SC2013,SC2154
set -eu
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	echo '*  pids  default' | install_cgred idle-su idle-settled
	echo 'SCAN=yes' > /etc/default/cgred
	echo 'group default { pids { } }' > /etc/cgconfig.conf
	exit 0
fi

main_pid() { systemctl show -p MainPID --value "$1"; }

[ "$(systemctl is-system-running)" = running ] || fail "the system is $(systemctl is-system-running): $(systemctl --failed)"
is_in 1 pids init.scope || is_in 1 pids '' || fail "PID 1 was moved: $(cat /proc/1/cgroup)"
wait_for 20 is_in $$ pids default || fail "this case itself was not placed"
for unit in cron dbus systemd-journald systemd-logind; do
	wait_for 20 is_in "$(main_pid $unit)" pids default || fail "$unit was not moved: $(cat "/proc/$(main_pid $unit)/cgroup")"
done
is_in "$(main_pid cgred)" pids system.slice/cgred.service || fail "cgred moved itself"
for pid in $(cat "$(group_dir pids default)/cgroup.procs"); do
	[ ! -e "/proc/$pid/comm" ] || readlink "/proc/$pid/exe" >/dev/null || [ ! -e "/proc/$pid" ] ||
		fail "a kernel thread was moved: $(cat "/proc/$pid/comm")"
done

su -l alice -c 'idle-su; true' >/dev/null &
wait_for 30 has_sessions alice 1 || fail "su: no session"
session=$(sessions_of alice)
placed idle-su pids default
wait_for 30 systemctl is-active --quiet user@1001.service || fail "user@1001.service does not run"
settled idle-settled pids default
sleep 2
manager=$(main_pid user@1001.service)
grep -q '/user@1001.service/init.scope$' "/proc/$manager/cgroup" ||
	fail "the manager was moved: $(cat "/proc/$manager/cgroup")"
systemctl is-active --quiet user@1001.service || fail "user@1001.service has ended"
has_sessions alice 1 || fail "the session is forgotten"
leader=$(loginctl show-session -p Leader --value "$session")
grep -q "/session-$session.scope\$" "/proc/$leader/cgroup" ||
	fail "the leader $leader ($(cat "/proc/$leader/comm")) was moved: $(cat "/proc/$leader/cgroup")"
systemctl is-active --quiet "session-$session.scope" || fail "the scope is forgotten"
pkill -x idle-su
wait_for 60 has_sessions alice 0 || fail "the session stays"

for unit in cron systemd-journald systemd-logind cgred; do
	systemctl restart $unit || fail "restart of $unit"
	systemctl is-active --quiet $unit || fail "$unit does not run after a restart"
done
old=$(main_pid cron)
systemctl stop cron
wait_for 20 is_gone "$old" || fail "cron goes on after its stop"
systemctl start cron
systemctl daemon-reexec
systemctl is-active --quiet cgred || fail "cgred ended with daemon-reexec"
[ "$(systemctl --failed --no-legend | wc -l)" = 0 ] || fail "failed: $(systemctl --failed --no-legend)"
